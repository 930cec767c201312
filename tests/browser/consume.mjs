// What @extractus/oembed-extractor finds out about an address: `node consume.mjs ADDRESS` prints it as JSON.
import { extract } from "@extractus/oembed-extractor";

console.log(JSON.stringify(await extract(process.argv[2])));

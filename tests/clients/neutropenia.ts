// Fetches neutropenia as a client would: with types generated from docs/openapi.json, from the service at API_URL.
import assert from "node:assert/strict";

import createClient from "openapi-fetch";

import type { paths } from "./build/openapi.js";

const { API_URL } = process.env;
assert(API_URL, "API_URL must say where the service is");

const client = createClient<paths>({ baseUrl: API_URL });
const { data, error } = await client.GET("/v1/conditions/{slug}", { params: { path: { slug: "neutropenia" } } });
assert(data, `no answer: ${JSON.stringify(error)}`);
assert.equal(data.slug, "neutropenia");

const { complete, note, signs } = data.warning_signs;
assert(complete || note, "signs that are not all of them need the note that says so");
assert(signs.some((sign) => sign.scope === "any" && sign.urgency === "immediate" && sign.contact === "doctor"));

// `type` tells the compiler which kind of block it is: only a lost list has a note, only a whole list has items.
const blocks = data.sections.flatMap((section) => section.blocks);
const notes = blocks.filter((block) => block.type === "lost-list").map((block) => block.note);
assert.equal(notes.length === 0, data.complete);

const missing = await client.GET("/v1/conditions/{slug}", { params: { path: { slug: "no-such-condition" } } });
assert.equal(missing.error?.status, 404);

console.log(`${data.name}: ${signs.length} warning signs, ${blocks.length} blocks, ${notes.length} lost lists`);

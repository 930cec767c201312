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

console.log(`${API_URL} answered as typed`);

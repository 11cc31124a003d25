// What the cache may give and when.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Cache } from "../dist/cache.js";

test("the one unused for longest goes first", () => {
  const cache = new Cache(2);
  cache.put("a", "s", 1, 0, cache.mark());
  cache.put("b", "s", 2, 0, cache.mark());
  assert.equal(cache.get("a", 0, 10), 1);
  cache.put("c", "s", 3, 0, cache.mark());
  assert.deepEqual(["a", "b", "c"].map((key) => cache.get(key, 0, 10)), [1, undefined, 3]);
  assert.equal(cache.size, 2);
});

test("an answer is given until it is too old", () => {
  const cache = new Cache(2);
  cache.put("a", "s", 1, 0, cache.mark());
  assert.equal(cache.get("a", 9, 10), 1);
  assert.equal(cache.get("a", 10, 10), undefined);
  assert.equal(cache.get("a", 0, 0), undefined);
});

test("an answer that was under way while its subject spoke is not kept", () => {
  const cache = new Cache(2);
  const mark = cache.mark();
  cache.forget("s");
  cache.put("a", "s", 1, 0, mark);
  assert.equal(cache.get("a", 0, 10), undefined);
});

test("forgetting one subject leaves the others", () => {
  const cache = new Cache(2);
  cache.put("a", "s", 1, 0, cache.mark());
  cache.put("b", "t", 2, 0, cache.mark());
  cache.forget("s");
  assert.deepEqual([cache.get("a", 0, 10), cache.get("b", 0, 10)], [undefined, 2]);
  cache.forget();
  assert.equal(cache.size, 0);
});

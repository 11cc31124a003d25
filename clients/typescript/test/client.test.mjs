// The client against a real server, whose URL and key come from ABIDE_URL and ABIDE_KEY.

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { test } from "node:test";

import { Abide, Outage, Refused } from "../dist/index.js";

const url = process.env.ABIDE_URL;
const key = process.env.ABIDE_KEY;

const newsletter = { action: "message", data: ["email"], for: "newsletter", via: ["email"] };

let people = 0;
/** Someone whom nobody has heard of. */
const stranger = () => ({ kind: "account", value: `typescript-${process.pid}-${people++}` });

const consent = (subject, state) => ({ subject, fact: "consent", state, scope: { purposes: ["newsletter"] }, source: "test" });

/** A door to the real server that can be shut, and asks a second time for what it is counted. */
async function door() {
  let asked = 0;
  const server = http.createServer((request, response) => {
    asked += 1;
    const forwarded = http.request(
      new URL(request.url, url),
      { method: request.method, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(forwarded);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    asked: () => asked,
    shut: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

test("a decision follows what the subject says", async () => {
  const abide = new Abide({ url, key });
  const subject = stranger();
  const ask = { subject, question: newsletter };

  const before = await abide.decide(ask);
  assert.equal(before.effect, "ask");
  assert.equal(before.permitted, false);
  assert.deepEqual(before.answer.missing.map(({ kind, name }) => [kind, name]), [["fact", "consent"]]);

  const recorded = await abide.record(consent(subject, "ConsentGiven"));
  assert.match(recorded["receipt-path"], /^\/v1\/ledger\/receipt\//);
  assert.equal((await abide.decide(ask)).permitted, true);

  await abide.record(consent(subject, "ConsentWithdrawn"));
  assert.equal((await abide.decide(ask)).effect, "deny");

  const { consents } = await abide.history(subject);
  assert.deepEqual(consents.map(({ state }) => state), ["ConsentGiven", "ConsentWithdrawn"]);
});

test("the cache answers the same question, and forgets whoever says something", async () => {
  const abide = new Abide({ url, key, cacheMaxAgeMs: 60_000 });
  const subject = stranger();
  assert.equal((await abide.decide({ subject, question: newsletter })).source, "server");
  assert.equal((await abide.decide({ question: newsletter, subject })).source, "cache");

  await abide.record(consent(subject, "ConsentGiven"));
  const after = await abide.decide({ subject, question: newsletter });
  assert.equal(after.source, "server");
  assert.equal(after.permitted, true);
});

test("the cache holds at most so many answers, and none for longer than it may", async () => {
  const few = new Abide({ url, key, cacheMaxAgeMs: 60_000, cacheEntries: 2 });
  const asks = [stranger(), stranger(), stranger()].map((subject) => ({ subject, question: newsletter }));
  await few.decideMany(asks);
  const sources = async (client) => (await client.decideMany(asks.toReversed())).map(({ source }) => source);
  assert.deepEqual(await sources(few), ["cache", "cache", "server"]);

  const none = new Abide({ url, key });
  await none.decideMany(asks);
  assert.deepEqual(await sources(none), ["server", "server", "server"]);
});

test("only what is not in the cache is asked for", async () => {
  const way = await door();
  const abide = new Abide({ url: way.url, key, cacheMaxAgeMs: 60_000 });
  const [first, second] = [stranger(), stranger()].map((subject) => ({ subject, question: newsletter }));
  await abide.decide(first);
  const both = await abide.decideMany([second, first]);
  assert.deepEqual(both.map(({ source }) => source), ["server", "cache"]);
  await abide.decideMany([first, second]);
  assert.equal(way.asked(), 2);
  await way.shut();
});

test("in an outage nothing may be done, unless the last answer may stand in", async () => {
  const way = await door();
  const onOutage = { newsletter: "last-known", "*": "deny" };
  const options = { url: way.url, key, onOutage };
  const abide = new Abide(options);
  const forgetful = new Abide({ ...options, lastKnownMaxAgeMs: 0 });
  const cautious = new Abide({ ...options, onOutage: "deny" });
  const subject = stranger();
  await abide.record(consent(subject, "ConsentGiven"));
  const ask = { subject, question: newsletter };
  const other = { subject, question: { action: "use", data: ["email"], for: "account-administration" } };
  for (const client of [abide, forgetful, cautious]) {
    assert.equal((await client.decide(ask)).permitted, true);
    assert.equal((await client.decide(other)).permitted, true);
  }
  await way.shut();

  const last = await abide.decide(ask);
  assert.deepEqual([last.permitted, last.source], [true, "last-known"]);
  for (const [client, asked] of [[abide, other], [abide, { subject: stranger(), question: newsletter }], [forgetful, ask], [cautious, ask]]) {
    const nobody = await client.decide(asked);
    assert.deepEqual([nobody.permitted, nobody.effect, nobody.source], [false, "deny", "nobody"]);
  }
  await assert.rejects(abide.record(consent(subject, "ConsentWithdrawn")), Outage);
});

test("a server that says nothing is an outage after the time limit", async () => {
  const silent = net.createServer(() => {});
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  const abide = new Abide({ url: `http://127.0.0.1:${silent.address().port}`, key, timeoutMs: 100, writeTimeoutMs: 100 });
  const subject = stranger();
  assert.equal((await abide.decide({ subject, question: newsletter })).source, "nobody");
  await assert.rejects(abide.record(consent(subject, "ConsentGiven")), /no answer within 100 ms/);
  silent.close();
});

test("what the server refuses is an error with what to do, and no outage", async () => {
  const abide = new Abide({ url, key, onOutage: "last-known" });
  const wrong = { ...newsletter, for: "newsletters" };
  await assert.rejects(abide.decide({ subject: stranger(), question: wrong }), (error) => {
    assert.ok(error instanceof Refused);
    assert.equal(error.status, 422);
    assert.match(error.message, /newsletter/);
    return true;
  });
  const strange = new Abide({ url, key: "abide_nobody_nothing" });
  await assert.rejects(strange.decide({ question: newsletter }), (error) => error instanceof Refused && error.status === 401);
});

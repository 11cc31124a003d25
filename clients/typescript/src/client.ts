// Asks and records. Says what happens when Abide is out of reach; never permits on its own.

import createClient, { type Client } from "openapi-fetch";

import { Cache } from "./cache.js";
import { DENIED, type Decision, decided } from "./decision.js";
import { Outage, Refused } from "./error.js";
import { type OnOutage, chosen } from "./outage.js";
import type { paths } from "./schema.js";
import type { Answer, Ask, Consent, History, Problem, Recorded, SubjectName } from "./type.js";

export interface Options {
  /** Where the internal listener is: `http://127.0.0.1:8401`. */
  url: string;
  /** An API key with the scopes that are needed. */
  key: string;
  /** How long an answer may take. */
  timeoutMs?: number;
  /** How long a write may take, its receipt included. */
  writeTimeoutMs?: number;
  /** How many answers are kept, for the cache and for `last-known` together. */
  cacheEntries?: number;
  /** How old an answer may be that is given without asking; 0 asks each time. A withdrawal made elsewhere is heard of
   *  that much later, so keep it short. */
  cacheMaxAgeMs?: number;
  /** What to answer when nobody does: for all, or by purpose, with `*` for all others. */
  onOutage?: OnOutage | Readonly<Record<string, OnOutage>>;
  /** How old an answer may be that is given by `last-known`. */
  lastKnownMaxAgeMs?: number;
  /** For tests and for other runtimes. */
  fetch?: (request: Request) => Promise<Response>;
}

const DEFAULTS = {
  timeoutMs: 1_000,
  writeTimeoutMs: 5_000,
  cacheEntries: 10_000,
  cacheMaxAgeMs: 0,
  onOutage: "deny" as OnOutage | Readonly<Record<string, OnOutage>>,
  lastKnownMaxAgeMs: 300_000,
  fetch: (request: Request) => globalThis.fetch(request),
};

/** A client of one server. Safe to share; holds no connection that needs closing. */
export class Abide {
  /** Every endpoint, typed. Writes made here leave answers about their subjects in the cache: call `forget`. */
  readonly api: Client<paths>;
  private readonly options: typeof DEFAULTS & Options;
  private readonly cache: Cache<Answer>;

  constructor(options: Options) {
    this.options = { ...DEFAULTS, ...options };
    this.cache = new Cache(this.options.cacheEntries);
    this.api = createClient<paths>({
      baseUrl: this.options.url.replace(/\/+$/, ""),
      headers: { authorization: `Bearer ${this.options.key}` },
      fetch: (request) => this.send(request),
    });
  }

  /** May this be done? Never throws for an outage: `onOutage` says what holds then. */
  async decide(ask: Ask): Promise<Decision> {
    const [decision] = await this.decideMany([ask]);
    return decision ?? DENIED;
  }

  /** The same for many questions at once, answered in their order. */
  async decideMany(asks: readonly Ask[]): Promise<Decision[]> {
    const keys = asks.map(spell);
    const now = performance.now();
    const kept = keys.map((key) => this.cache.get(key, now, this.options.cacheMaxAgeMs));
    const open = asks.filter((_, index) => kept[index] === undefined);
    const mark = this.cache.mark();
    let answers: readonly Answer[] | undefined = [];
    if (open.length > 0) answers = await this.ask(open);
    let next = 0;
    return asks.map((ask, index) => {
      const key = keys[index] ?? "";
      const known = kept[index];
      if (known !== undefined) return decided(known, "cache");
      const answer = answers?.[next++];
      if (answer === undefined) return this.withoutServer(ask, key);
      this.cache.put(key, subjectOf(ask.subject), answer, performance.now(), mark);
      return decided(answer, "server");
    });
  }

  /** Record what a subject said. What was answered about that subject before is forgotten. */
  async record(consent: Consent, receipt?: "inline" | "path"): Promise<Recorded> {
    try {
      const reply = await this.api.POST("/v1/consents", {
        body: consent,
        params: {
          query: receipt === undefined ? {} : { receipt },
          header: { "Idempotency-Key": crypto.randomUUID() },
        },
      });
      return taken(reply);
    } finally {
      this.forget(consent.subject);
    }
  }

  /** Everything a subject said, oldest first. */
  async history(subject: SubjectName): Promise<History> {
    const path = { subject: `${subject.kind}:${subject.value}` };
    return taken(await this.api.GET("/v1/subjects/{subject}/consents", { params: { path } }));
  }

  /** Forget the answers about a subject; without one, all of them. */
  forget(subject?: SubjectName): void {
    this.cache.forget(subject === undefined ? undefined : subjectOf(subject));
  }

  /** The answers in the order asked, or nothing when there is an outage. */
  private async ask(asks: Ask[]): Promise<readonly Answer[] | undefined> {
    try {
      const reply = await this.api.POST("/v1/decide", { body: { questions: asks } });
      const { answers } = taken(reply) as { answers?: Answer[] };
      return answers;
    } catch (error) {
      if (error instanceof Outage) return undefined;
      throw error;
    }
  }

  private withoutServer(ask: Ask, key: string): Decision {
    if (chosen(this.options.onOutage, ask.question.for) === "deny") return DENIED;
    const last = this.cache.get(key, performance.now(), this.options.lastKnownMaxAgeMs);
    return last === undefined ? DENIED : decided(last, "last-known");
  }

  /** One request with its time limit. A connection that broke is tried once more: reading twice does no harm, and a write
   *  carries a key that makes it happen once. */
  private async send(request: Request): Promise<Response> {
    const isRead = request.method === "GET" || new URL(request.url).pathname === "/v1/decide";
    const limit = isRead ? this.options.timeoutMs : this.options.writeTimeoutMs;
    const signal = AbortSignal.timeout(limit);
    const again = isRead || request.headers.has("idempotency-key") ? request.clone() : undefined;
    try {
      return await whole(await this.options.fetch(new Request(request, { signal })));
    } catch (error) {
      if (again === undefined || signal.aborted) throw lost(error, signal, limit);
    }
    try {
      return await whole(await this.options.fetch(new Request(again, { signal })));
    } catch (error) {
      throw lost(error, signal, limit);
    }
  }
}

/** Reads the body within the time limit too. */
async function whole(response: Response): Promise<Response> {
  const body = await response.arrayBuffer();
  const empty = response.status === 204 || response.status === 304;
  return new Response(empty ? null : body, { status: response.status, headers: response.headers });
}

function lost(error: unknown, signal: AbortSignal, limitMs: number): Outage {
  const why = signal.aborted ? `no answer within ${limitMs} ms` : "the server cannot be reached";
  return new Outage(why, error);
}

/** The data of a reply, or the error that it stands for. */
function taken<Data>(reply: { data?: Data; error?: unknown; response: Response }): Data {
  if (reply.data !== undefined) return reply.data;
  const { status, headers } = reply.response;
  const problem = (typeof reply.error === "object" && reply.error !== null ? reply.error : {}) as Partial<Problem>;
  if (status >= 500 || headers.has("retry-after")) throw new Outage(problem.title ?? `the server answers with status ${status}`);
  throw new Refused(status, problem);
}

/** The one spelling of a question: what is asked twice is found again whatever the order of its fields. */
function spell(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Coarser than the server's own spelling of an identifier: forgetting too much does no harm. */
function subjectOf(subject: SubjectName | null | undefined): string {
  return subject == null ? "" : `${subject.kind}:${subject.value.trim().toLowerCase()}`;
}

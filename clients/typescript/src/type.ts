// Short names for the generated types.

import type { components } from "./schema.js";

type Schemas = components["schemas"];

/** A question about a subject, with what the caller knows. */
export type Ask = Schemas["Ask"];
/** The server's answer with its reasons. */
export type Answer = Schemas["Answer"];
/** What a subject says: consent, refusal, withdrawal, a right that is used. */
export type Consent = Schemas["Consent"];
/** `permit`, `ask` or `deny`. */
export type Effect = Schemas["Effect"];
/** Everything a subject said. */
export type History = Schemas["History"];
/** Why a request was refused (RFC 9457). */
export type Problem = Schemas["ProblemBody"];
/** What is to be done, in the names of the policy. */
export type Question = Schemas["Question"];
/** What was recorded, and where its receipt is. */
export type Recorded = Schemas["Recorded"];
/** A subject by something that identifies it. */
export type SubjectName = Schemas["SubjectName"];

// What the package offers. Everything else is a detail.

export { Abide, type Options } from "./client.js";
export type { Decision, Source } from "./decision.js";
export { Outage, Refused } from "./error.js";
export type { OnOutage } from "./outage.js";
export type { components, paths } from "./schema.js";
export type { Answer, Ask, Consent, Effect, History, Problem, Question, Recorded, SubjectName } from "./type.js";

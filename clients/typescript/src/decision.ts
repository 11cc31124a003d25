// What a caller acts on: an effect, and who said so.

import type { Answer, Effect } from "./type.js";

/** Who answered: the server just now, the cache, the last answer before an outage, or nobody. */
export type Source = "server" | "cache" | "last-known" | "nobody";

/** Whether something may be done. Anything but `permitted` means: do not do it. */
export interface Decision {
  readonly permitted: boolean;
  readonly effect: Effect;
  readonly source: Source;
  /** The server's answer with its reasons; none when nobody answered. */
  readonly answer?: Answer;
}

export function decided(answer: Answer, source: Source): Decision {
  return { permitted: answer.effect === "permit", effect: answer.effect, source, answer };
}

/** What holds when nobody answered. */
export const DENIED: Decision = { permitted: false, effect: "deny", source: "nobody" };

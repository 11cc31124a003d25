// The two ways in which a request fails: the server said no, or nobody answered in time.

import type { Problem } from "./type.js";

/** The server will not do this request as it is: wrong names, a missing scope, a body that cannot be read. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problem: Partial<Problem>,
  ) {
    const words = [problem.title ?? `status ${status}`, problem.detail, problem.help];
    super(words.filter((word) => word !== undefined).join(": "));
    this.name = "Refused";
  }
}

/** Nobody answered in time, or the server cannot at the moment. */
export class Outage extends Error {
  constructor(why: string, cause?: unknown) {
    super(why, { cause });
    this.name = "Outage";
  }
}

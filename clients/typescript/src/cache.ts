// Answers that were given, so that the same question need not be asked twice, and something is at hand when nobody
// answers. Holds at most so many, the longest unused goes first. Never decides anything.

interface Kept<Answer> {
  readonly answer: Answer;
  readonly subject: string;
  readonly at: number;
}

/** A bounded store of answers by key. Times are milliseconds of a clock that only goes forward. */
export class Cache<Answer> {
  private readonly kept = new Map<string, Kept<Answer>>();
  private generation = 0;

  constructor(private readonly limit: number) {}

  /** The answer to `key` that is at most `maxAgeMs` old. */
  get(key: string, now: number, maxAgeMs: number): Answer | undefined {
    const found = this.kept.get(key);
    if (found === undefined || now - found.at >= maxAgeMs) return undefined;
    // Last in the map is last to go.
    this.kept.delete(key);
    this.kept.set(key, found);
    return found.answer;
  }

  /** What to hand to `put` with an answer that is asked for from here on. */
  mark(): number {
    return this.generation;
  }

  /** Keep an answer, unless something about a subject was written since `mark`: it may be older than that. */
  put(key: string, subject: string, answer: Answer, now: number, mark: number): void {
    if (mark !== this.generation || this.limit <= 0) return;
    this.kept.delete(key);
    this.kept.set(key, { answer, subject, at: now });
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.limit) break;
      this.kept.delete(oldest);
    }
  }

  /** Forget what was answered about a subject; without one, everything. */
  forget(subject?: string): void {
    this.generation += 1;
    for (const [key, kept] of this.kept) {
      if (subject === undefined || kept.subject === subject) this.kept.delete(key);
    }
  }

  get size(): number {
    return this.kept.size;
  }
}

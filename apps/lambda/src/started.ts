import { TimeoutError, withTimeout } from '#runtime';

/** Below the 10 s after which Lambda would begin anew, in ms. */
const INITIALISATION_MS = 8_000;

/**
 * An application that starts when its environment does, and once more when that failed: a database that was away must not
 * leave an environment that never answers.
 */
export class Started<Application> {
  private attempt?: Promise<Application>;

  constructor(private readonly start: () => Promise<Application>) {
    void this.begin();
  }

  /** For the top level of a handler: Lambda gives its initialisation a whole processor, and 10 s. */
  async initialised(): Promise<void> {
    await this.get(INITIALISATION_MS).catch(() => undefined);
  }

  /**
   * @param limitMs the longest wait for a start that is under way
   * @throws Error why it did not start, or a TimeoutError while it still does
   */
  async get(limitMs: number): Promise<Application> {
    const attempt = this.attempt ?? this.begin();
    try {
      return await withTimeout(attempt, limitMs);
    } catch (error) {
      if (!(error instanceof TimeoutError)) this.attempt = undefined;
      throw error;
    }
  }

  private begin(): Promise<Application> {
    this.attempt = this.start();
    // It is told by get().
    this.attempt.catch(() => undefined);
    return this.attempt;
  }
}

/**
 * A check that concurrent callers share: calls during a run get its result, and a success counts for `freshMs`. A failure
 * counts only for the callers of that run, so that the next call notices a recovery.
 */
export class SharedCheck {
  private running: Promise<void> | undefined;
  private succeededAt = -Infinity;

  constructor(
    private readonly freshMs: number,
    private readonly check: () => Promise<void>,
  ) {}

  /** @throws the error of the check */
  run(): Promise<void> {
    if (performance.now() - this.succeededAt < this.freshMs) return Promise.resolve();
    this.running ??= this.check()
      .then(() => {
        this.succeededAt = performance.now();
      })
      .finally(() => {
        this.running = undefined;
      });
    return this.running;
  }
}

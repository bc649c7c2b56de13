/**
 * A check that many ask for and one run answers: calls during a run share it, and a success counts for `freshMs`. A failure
 * counts for its own callers alone, so that a recovery is noticed by the next call.
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

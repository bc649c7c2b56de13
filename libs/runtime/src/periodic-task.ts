import { Logger } from '@nestjs/common';

/**
 * Runs work again and again, one run at a time, with a pause between the runs. A run that fails is logged and does
 * not end the series.
 */
export class PeriodicTask {
  private readonly logger: Logger;
  private timer?: NodeJS.Timeout;
  private running: Promise<void> = Promise.resolve();
  private stopped = true;

  /** @param work resolves to true when more is waiting, to run again without the pause */
  constructor(
    private readonly name: string,
    private readonly intervalMs: number,
    private readonly work: () => Promise<boolean | void>,
  ) {
    this.logger = new Logger(name);
  }

  start(): void {
    this.stopped = false;
    this.schedule(0);
  }

  /** Resolves when the run under way has ended. No other starts. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private schedule(delayMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.run();
    }, delayMs);
  }

  private async run(): Promise<void> {
    let more: boolean | void = false;
    try {
      more = await this.work();
    } catch (error) {
      this.logger.error(`${this.name} failed and will run again: ${(error as Error).message}`);
    }
    this.schedule(more ? 0 : this.intervalMs);
  }
}

import { type Logger } from '@nestjs/common';

export interface BoundedLogOptions {
  /** Lines in a second. When everything fails, the log must not be what the process is busy with. */
  linesPerSecond: number;
  /** The message of the line that ends a second in which there were more. */
  overflowMessage: string;
  /** The name of their number in the facts of that line. */
  overflowFact: string;
}

/** Writes the first warnings of each second, and counts the rest in one line. */
export class BoundedLog {
  private written = 0;
  private unwritten = 0;

  constructor(
    private readonly logger: Logger,
    private readonly options: BoundedLogOptions,
  ) {}

  /** @param facts read only when the line is written */
  warn(message: string, facts: () => Record<string, string | number>): void {
    if (this.written === this.options.linesPerSecond) {
      this.unwritten += 1;
      return;
    }
    if (this.written === 0) setTimeout(() => this.endSecond(), 1_000).unref();
    this.written += 1;
    this.logger.warn(message, facts());
  }

  private endSecond(): void {
    const { overflowMessage, overflowFact } = this.options;
    if (this.unwritten > 0) this.logger.warn(overflowMessage, { [overflowFact]: this.unwritten });
    this.written = 0;
    this.unwritten = 0;
  }
}

const LINE_INTERVAL_MS = 5_000;

/** A stream that may be a terminal. */
type Output = Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean; columns?: number };

/** How far something is: one line that is rewritten on a terminal, and a line every few seconds elsewhere. */
export class Progress {
  private shownAt = performance.now();
  private shown = '';

  constructor(private readonly output: Output = process.stderr) {}

  show(text: string): void {
    if (this.output.isTTY) this.rewrite(text.slice(0, (this.output.columns || 80) - 1));
    else if (text !== this.shown && performance.now() - this.shownAt >= LINE_INTERVAL_MS) {
      this.output.write(`${text}\n`);
      this.shown = text;
      this.shownAt = performance.now();
    }
  }

  /** Leaves the terminal as it was. */
  end(): void {
    if (this.output.isTTY && this.shown) this.rewrite('');
  }

  private rewrite(text: string): void {
    this.output.write(`\r\x1b[K${text}`);
    this.shown = text;
  }
}

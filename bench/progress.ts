import { type Contestant, contestantName, type Group, groupName, type Measurement } from './cell.js';

/** Tells on the terminal how far a run is. */
export class Progress {
  private readonly startedAt = Date.now();
  private done = 0;
  private current = '';

  /**
   * @param total measurements of the whole run
   * @param expectedMs of each, until some are done
   */
  constructor(
    private total: number,
    private readonly expectedMs: number,
    private readonly out: NodeJS.WritableStream & { isTTY?: boolean } = process.stdout,
  ) {}

  /** Something between two measurements. Worth a line only where it can be overwritten. */
  say(text: string): void {
    if (this.out.isTTY) this.out.write(`\r\x1b[K${text} ...`);
  }

  /** A database is being filled, which takes minutes. */
  filling(stored: number, count: number): void {
    const percent = Math.floor((100 * stored) / count);
    if (this.out.isTTY) this.say(`${count.toLocaleString('en')} sales are stored: ${percent} %`);
    else if (percent % 25 === 0 && (stored * 100) % count === 0) {
      this.line(`${count.toLocaleString('en')} sales are stored: ${percent} %`);
    }
  }

  measuring(group: Group, contestant: Contestant, round: number): void {
    const count = `[${this.done + 1}/${this.total}]`;
    this.current = `${count} ${groupName(group)}: round ${round + 1}, ${contestantName(contestant)}`;
    this.say(`${this.current} (${this.timeLeft()} left)`);
  }

  measured({ requestsPerSecond, p99Ms }: Measurement): void {
    this.done += 1;
    const figures = `${Math.round(requestsPerSecond).toLocaleString('en')}/s, p99 ${p99Ms.toFixed(1)} ms`;
    this.line(`${this.current}: ${figures} (${this.timeLeft()} left)`);
  }

  /** So many measurements will not be made: there is no time for them. */
  skip(measurements: number): void {
    this.total -= measurements;
  }

  line(text = ''): void {
    this.out.write(`${this.out.isTTY ? '\r\x1b[K' : ''}${text}\n`);
  }

  private timeLeft(): string {
    const left = this.total - this.done;
    const eachMs = this.done > 2 ? (Date.now() - this.startedAt) / this.done : this.expectedMs;
    const seconds = Math.round((left * eachMs) / 1_000);
    return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  }
}

import { constants } from 'node:os';

/**
 * Signals closer together than this, in ms, count as one. Ctrl-C arrives twice under npm: the terminal sends it to every
 * process of the foreground, and npm passes its own on.
 */
const SAME_SIGNAL_MS = 500;

/** A third signal ends the process at once when it comes this soon after the first, in ms. */
const IMPATIENCE_MS = 10_000;

/** `repeated`: the same signal, delivered once more. */
export type SignalMeaning = 'stop' | 'repeated' | 'wait' | 'end';

/** Tells what each SIGTERM or SIGINT means to a process that drains before it ends. */
export class SignalCounter {
  private firstAtMs: number | undefined;
  private lastAtMs = 0;
  private count = 0;

  /** @param nowMs of a clock that never goes back */
  take(nowMs: number): SignalMeaning {
    this.firstAtMs ??= nowMs;
    if (this.count > 0 && nowMs - this.lastAtMs < SAME_SIGNAL_MS) return 'repeated';
    this.lastAtMs = nowMs;
    this.count += 1;
    if (this.count === 1) return 'stop';
    return this.count > 2 && this.mayEnd(nowMs) ? 'end' : 'wait';
  }

  /** The message for a person whose signal changed nothing. */
  notice(nowMs: number): string {
    const draining = 'Draining already: the work in hand is finished first.';
    return this.mayEnd(nowMs)
      ? `${draining} A third signal within ${IMPATIENCE_MS / 1000} s of the first ends it at once, and cuts that work off.`
      : draining;
  }

  private mayEnd(nowMs: number): boolean {
    return nowMs - (this.firstAtMs ?? nowMs) <= IMPATIENCE_MS;
  }
}

export interface SignalReactions {
  /** On the first signal. The process ends by itself when its work is done. */
  stop: () => void;
  log: (line: string) => void;
  /** On the third, just before the process ends: synchronous. */
  beforeEnd?: () => void;
}

/**
 * Lets SIGTERM and SIGINT end this process in order. The first stops it; a second one is only answered with a line of
 * the log; a third within 10 s of the first ends it at once, with the exit status that a shell gives to the signal. A
 * second signal must not end it: an order that the factory is just accepting would be made again.
 */
export function handleShutdownSignals({ stop, log, beforeEnd }: SignalReactions): void {
  const counter = new SignalCounter();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      const nowMs = performance.now();
      switch (counter.take(nowMs)) {
        case 'stop':
          return stop();
        case 'repeated':
          return;
        case 'wait':
          return log(counter.notice(nowMs));
        case 'end':
          log(`Third signal: ended by ${signal}. The work in hand was cut off.`);
          beforeEnd?.();
          process.exit(128 + constants.signals[signal]);
      }
    });
  }
}

import { Injectable, Logger } from '@nestjs/common';
import { withTimeout } from './timeout.js';

export interface ReadinessReport {
  ready: boolean;
  /** `ok`, `unavailable` or `draining`, by part. */
  checks: Record<string, string>;
}

/** Longest that one check may take, in ms: shorter than a load balancer's own timeout of 5 s. */
const CHECK_TIMEOUT_MS = 2_000;

/**
 * What this process needs before it can do its work. Parts add their checks while the application starts.
 * A draining process is never ready: the load balancer must look away before the sockets close.
 */
@Injectable()
export class Readiness {
  private readonly logger = new Logger(Readiness.name);
  private readonly checks = new Map<string, { check: () => Promise<void>; isRequired: boolean }>();
  private draining = false;

  /** @param check resolves when the part is usable, throws what is wrong otherwise */
  require(part: string, check: () => Promise<void>): void {
    this.checks.set(part, { check, isRequired: true });
  }

  /** As {@link require}, for an optional part: its loss is reported, and the process still gets requests. */
  watch(part: string, check: () => Promise<void>): void {
    this.checks.set(part, { check, isRequired: false });
  }

  startDraining(): void {
    this.draining = true;
  }

  async report(): Promise<ReadinessReport> {
    const results = await Promise.all(
      [...this.checks].map(async ([part, { check, isRequired }]) => {
        const state = await this.stateOf(part, check);
        return { part, state, isFatal: isRequired && state !== 'ok' };
      }),
    );
    if (this.draining) results.push({ part: 'process', state: 'draining', isFatal: true });
    return {
      ready: !results.some(({ isFatal }) => isFatal),
      checks: Object.fromEntries(results.map(({ part, state }) => [part, state])),
    };
  }

  private async stateOf(part: string, check: () => Promise<void>): Promise<string> {
    try {
      await withTimeout(check(), CHECK_TIMEOUT_MS);
      return 'ok';
    } catch (error) {
      // The reason goes to the log alone: it may name hosts and users, and this route is public.
      this.logger.warn(`${part} is not ready: ${(error as Error).message}`);
      return 'unavailable';
    }
  }
}

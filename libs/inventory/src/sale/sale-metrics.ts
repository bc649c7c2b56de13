import { Injectable, Optional } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Why a batch was not sold optimistically, or why that failed. */
export type FallbackReason =
  'stock_unknown' | 'optimistic_backoff' | 'constraint_violation' | 'duplicate_key' | 'interrupted' | 'other';

/** What the batches of sales do, for `/metrics`. */
@Injectable()
export class SaleMetrics {
  private readonly batchSize: Histogram;
  private readonly waitSeconds: Histogram;
  private readonly commitSeconds: Histogram;
  private readonly fallbacks: Counter<'reason'>;
  private readonly registers: Registry[];

  constructor(@Optional() registry: Registry = new Registry()) {
    const registers = [registry];
    this.batchSize = new Histogram({
      name: 'donut_states_sale_batch_size',
      help: 'Requests decided by one batch, replays included.',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
      registers,
    });
    this.waitSeconds = new Histogram({
      name: 'donut_states_sale_wait_seconds',
      help: 'From a request for a sale to the begin of its batch.',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2],
      registers,
    });
    this.commitSeconds = new Histogram({
      name: 'donut_states_sale_commit_seconds',
      help: 'From the begin of a batch until its outcome is known, key lookup and retries included.',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
      registers,
    });
    this.fallbacks = new Counter({
      name: 'donut_states_sale_fallbacks_total',
      help: 'Batches that were decided under locks, by the reason.',
      labelNames: ['reason'],
      registers,
    });
    this.registers = registers;
  }

  /** Shows a number that is read when the metrics are. */
  watchWaiting(count: () => number): void {
    new Gauge({
      name: 'donut_states_sale_waiting',
      help: 'Requests that wait for the next batch, without those that wait for another request with their key.',
      registers: this.registers,
      collect() {
        this.set(count());
      },
    });
  }

  /** @param errorMs undefined while it is unknown */
  watchClockError(errorMs: () => number | undefined): void {
    new Gauge({
      name: 'donut_states_database_clock_error_seconds',
      help: 'The most by which this process may be wrong about the clock of the database, which opens and closes sales.',
      registers: this.registers,
      collect() {
        const known = errorMs();
        if (known === undefined) this.remove();
        else this.set(known / 1_000);
      },
    });
  }

  observe({ waitsMs, commitMs }: { waitsMs: readonly number[]; commitMs: number }): void {
    this.batchSize.observe(waitsMs.length);
    this.commitSeconds.observe(commitMs / 1000);
    for (const waitMs of waitsMs) this.waitSeconds.observe(waitMs / 1000);
  }

  fallBack(reason: FallbackReason): void {
    this.fallbacks.inc({ reason });
  }
}

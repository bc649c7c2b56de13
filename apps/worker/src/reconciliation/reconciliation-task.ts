import { ReconcileService } from '#inventory';
import { Schedule } from '#runtime';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';

/** Compares the tables of the warehouse with each other at intervals, for an alarm: what is new, and now and then everything. */
@Injectable()
export class ReconciliationTask {
  private readonly logger = new Logger(ReconciliationTask.name);
  private readonly differences: Gauge;

  constructor(
    private readonly reconciliation: ReconcileService,
    schedule: Schedule,
    registry: Registry,
    @Inject(WORKER_ENVIRONMENT) private readonly environment: WorkerEnvironment,
  ) {
    this.differences = new Gauge({
      name: 'donut_states_reconcile_differences',
      help: 'What does not agree in the warehouse, at the last reconciliation. 0 is the only good value.',
      registers: [registry],
    });
    schedule.every(ReconciliationTask.name, environment.RECONCILE_INTERVAL_SECONDS * 1000, () => this.run());
  }

  private async run(): Promise<void> {
    const fullIntervalMs = this.environment.RECONCILE_FULL_INTERVAL_SECONDS * 1000;
    const { differences, isFull: full } = await this.reconciliation.run(fullIntervalMs);
    this.differences.set(differences.length);
    // Also without differences: an alarm on the log must distinguish a sound warehouse from a dead worker.
    this.logger.log('reconciled', { differences: differences.length, full });
    for (const { invariant, subject, expected, actual } of differences) {
      this.logger.error(`${invariant}: ${subject} is ${actual} where ${expected} is expected`);
    }
  }
}

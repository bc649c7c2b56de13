import { CircuitService, FactoryIncidentService, type IncidentTimes } from '#inventory';
import { Schedule } from '#runtime';
import { Inject, Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';

const INTERVAL_MS = 1_000;

/** Mails the operators about factories that are away, and shows the circuits for an alarm. */
@Injectable()
export class FactoryOutagesTask {
  private readonly open: Gauge<'circuit'>;
  private readonly times: IncidentTimes;

  constructor(
    private readonly incidents: FactoryIncidentService,
    private readonly circuits: CircuitService,
    schedule: Schedule,
    registry: Registry,
    @Inject(WORKER_ENVIRONMENT) environment: WorkerEnvironment,
  ) {
    this.open = new Gauge({
      name: 'donut_states_circuit_open',
      help: '1 while a system that is called counts as away, else 0.',
      labelNames: ['circuit'],
      registers: [registry],
    });
    this.times = {
      firstMailMs: environment.INCIDENT_MAIL_AFTER_SECONDS * 1000,
      reminderMs: environment.INCIDENT_REMINDER_SECONDS * 1000,
    };
    schedule.every(FactoryOutagesTask.name, INTERVAL_MS, () => this.look());
  }

  private async look(): Promise<void> {
    await this.incidents.tellDue(this.times);
    for (const { name, state } of await this.circuits.list()) {
      this.open.set({ circuit: name }, state === 'OPEN' ? 1 : 0);
    }
  }
}

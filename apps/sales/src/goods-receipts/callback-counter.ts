import { type Verification } from '#inventory';
import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';

/** The callbacks of the factories, for the metrics. */
@Injectable()
export class CallbackCounter {
  private readonly callbacks: Counter<'verification' | 'outcome'>;

  constructor(registry: Registry) {
    this.callbacks = new Counter({
      name: 'donut_states_callbacks_total',
      help: 'Callbacks of the factory by what their signature says. A repeated one was on the queue already; one above the allowance was not recorded; one of a refused address was not verified.',
      labelNames: ['verification', 'outcome'],
      registers: [registry],
    });
  }

  count(
    verification: Verification | 'NOT_VERIFIED',
    outcome: 'queued' | 'repeated' | 'not_recorded' | 'address_refused',
  ): void {
    this.callbacks.labels(verification, outcome).inc();
  }
}

import { randomUUID } from 'node:crypto';
import { type EntityManager } from 'typeorm';
import { DeadLetter } from '../dead-letter/dead-letter.entity.js';
import { type DeadLetterFilter } from '../dead-letter/dead-letter-filter.js';
import { DeadLetterJobRunner } from '../dead-letter/dead-letter-job-runner.service.js';
import { type DeadLetterJobRequest, DeadLetterJobService } from '../dead-letter/dead-letter-job.service.js';
import { DeadLetterService } from '../dead-letter/dead-letter.service.js';
import { type DeadLetterCause } from '../dead-letter/unhandled-message.js';
import { RestockAttemptService } from '../restock/restock-attempt.service.js';
import { type SettableClock } from './settable-clock.js';
import { type Warehouse } from './warehouse.js';

export const REFUSED = { code: 'FACTORY.REFUSED', detail: 'the factory answered 422' };

/** Opens dead letters and runs jobs over them. Those of one desk are found by its {@link mark}. */
export class DeadLetterDesk {
  readonly mark = randomUUID();
  readonly letters: DeadLetterService;
  readonly jobs: DeadLetterJobService;
  readonly runner: DeadLetterJobRunner;

  constructor(
    private readonly warehouse: Warehouse,
    private readonly clock: SettableClock,
  ) {
    this.letters = warehouse.get(DeadLetterService);
    this.jobs = warehouse.get(DeadLetterJobService);
    this.runner = warehouse.get(DeadLetterJobRunner);
  }

  async open(queue: string, body: object, cause: DeadLetterCause = REFUSED): Promise<DeadLetter> {
    const messageId = randomUUID();
    const message = { queue, messageId, body: JSON.stringify(body), attributes: {} };
    await this.letters.open(message, { ...cause, detail: `${cause.detail} ${this.mark}` });
    return this.warehouse.dataSource.manager.findOneByOrFail(DeadLetter, { messageId });
  }

  async openProbes(count: number): Promise<DeadLetter[]> {
    const opened = [];
    for (let index = 0; index < count; index += 1) opened.push(await this.open('probe', { input: index }));
    return opened;
  }

  /** A restock order whose message is a dead letter. */
  async openOrder(sku: string, cause: DeadLetterCause = REFUSED, factoryId = 'FF-1') {
    const order = await this.warehouse.openRestockOrder(`${sku}-${this.mark.slice(0, 8)}`, 10, { factoryId });
    await this.warehouse.get(RestockAttemptService).claim(order.id, 60_000);
    return { order, letter: await this.open('restock', { restockOrderId: order.id }, cause) };
  }

  /** All letters of this desk, unless `request` says else. */
  plan(request: Partial<DeadLetterJobRequest> & { filter?: DeadLetterFilter } = {}) {
    const all: DeadLetterJobRequest = {
      action: 'REDRIVE',
      filter: { text: this.mark },
      includesUnsafe: false,
      lettersPerSecond: 1_000,
      note: null,
      by: 'kim',
    };
    return this.write((manager) => this.jobs.plan(manager, { ...all, ...request }));
  }

  start(id: string, onlyFirst = false) {
    return this.write((manager) => this.jobs.start(manager, id, onlyFirst, 'kim'));
  }

  cancel(id: string) {
    return this.write((manager) => this.jobs.cancel(manager, id));
  }

  /** Until the job waits, or is over. */
  async run(id: string): Promise<void> {
    for (let step = 0; step < 1_000; step += 1) {
      const { status, waitsFor } = await this.jobs.get(id);
      if (status !== 'RUNNING' || waitsFor) return;
      this.clock.advance(100);
      await this.runner.step();
    }
    throw new Error('The job does not end.');
  }

  async outcomes(id: string) {
    return (await this.jobs.countsOf(id)).outcomes;
  }

  private write<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.warehouse.dataSource.transaction(work);
  }
}

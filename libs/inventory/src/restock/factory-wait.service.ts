import { Injectable, Logger } from '@nestjs/common';
import { type EntityManager, In, IsNull, LessThan, LessThanOrEqual, MoreThan, Not } from 'typeorm';
import { type Circuit } from '../circuit/circuit.entity.js';
import { isProbeDue, promiseProbe } from '../circuit/circuit-rules.js';
import { CircuitService } from '../circuit/circuit.service.js';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { OutboxService } from '../outbox/outbox.service.js';
import { factoryCircuit } from './factory-circuit.js';
import { RestockOrder } from './restock-order.entity.js';
import { transition, WAITING_STATUSES } from './restock-order-transitions.js';
import { type FactoryGuard } from './restock-attempt.service.js';
import { requestDeadline } from './restock-rules.js';

/** The most orders that one call finds past their limit. The next call finds the rest. */
const EXPIRED_BATCH = 100;

/** The most orders of a factory that one call asks for again where they do not wait. */
const UNGUARDED_BATCH = 100;

/** Orders that wait for their factories: the database keeps them, and no message of a queue. */
@Injectable()
export class FactoryWaitService {
  private readonly logger = new Logger(FactoryWaitService.name);

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly circuits: CircuitService,
    private readonly outbox: OutboxService,
  ) {}

  /**
   * Asks again, by a new message each, for orders whose wait is over: as many of a factory as it takes at a time. Of a
   * factory that is away, one order when a probe is due.
   *
   * @param guard undefined where orders do not wait any more: then those that still do are asked for again
   * @returns how many
   */
  async release(guard: FactoryGuard | undefined): Promise<number> {
    const factoryIds = await this.database.read(async (manager) => {
      const now = await this.clock.now(manager);
      const rows = await manager
        .createQueryBuilder(RestockOrder, 'restock')
        .select('restock.factoryId', 'factoryId')
        .distinct()
        .where({ status: In([...WAITING_STATUSES]), nextAttemptAt: LessThanOrEqual(now) })
        .getRawMany<{ factoryId: string }>();
      return rows.map(({ factoryId }) => factoryId);
    });
    let released = 0;
    for (const factoryId of factoryIds) {
      try {
        released += await this.database.write((manager) => this.releaseOf(manager, factoryId, guard));
      } catch (error) {
        // The other factories must not wait for this one.
        this.logger.error(
          `The orders of factory ${factoryId} are not asked for: ${(error as Error).message}`,
        );
      }
    }
    return released;
  }

  /** The time until the next order that waits may be tried, in ms, not below 0; `undefined` when none waits. */
  async msToNextAttempt(): Promise<number | undefined> {
    return this.database.read(async (manager) => {
      const waiting = { status: In([...WAITING_STATUSES]), nextAttemptAt: Not(IsNull()) };
      const [next] = await manager.find(RestockOrder, {
        where: waiting,
        order: { nextAttemptAt: 'ASC' },
        take: 1,
      });
      return next && Math.max(0, next.nextAttemptAt!.getTime() - (await this.clock.now(manager)).getTime());
    });
  }

  /** Orders that have waited for longer than `limitMs`. */
  async expired(limitMs: number): Promise<RestockOrder[]> {
    return this.database.read(async (manager) => {
      const now = await this.clock.now(manager);
      const waited = { waitingSince: LessThan(new Date(now.getTime() - limitMs)) };
      return manager.find(RestockOrder, {
        where: [
          { status: 'WAITING_FOR_FACTORY', ...waited },
          // One that may have been accepted is asked for once more, however long its goods take.
          { status: 'UNCONFIRMED', ...waited, nextAttemptAt: LessThanOrEqual(now), attempts: MoreThan(1) },
        ],
        order: { waitingSince: 'ASC' },
        take: EXPIRED_BATCH,
      });
    });
  }

  private async releaseOf(manager: EntityManager, factoryId: string, guard?: FactoryGuard): Promise<number> {
    const circuit = await this.circuits.lock(manager, factoryCircuit(factoryId));
    const now = await this.clock.now(manager);
    const most = guard ? mostReleased(circuit, now, guard) : UNGUARDED_BATCH;
    // TypeORM understands 0 as no limit.
    if (most === 0) return 0;
    const orders = await manager.find(RestockOrder, {
      where: { factoryId, status: In([...WAITING_STATUSES]), nextAttemptAt: LessThanOrEqual(now) },
      order: { nextAttemptAt: 'ASC', id: 'ASC' },
      take: most,
    });
    for (const { id } of orders) {
      await transition(manager, id, 'retry', now, null, { deadlineAt: requestDeadline(now) });
      await this.outbox.add(manager, 'restock', { restockOrderId: id }, now);
    }
    if (guard && circuit.state === 'OPEN' && orders[0]) {
      promiseProbe(circuit, orders[0].id, now, guard);
      await this.circuits.save(manager, circuit);
    }
    return orders.length;
  }
}

/** More than the factory takes at a time come back and wait again, which is cheap; fewer would leave it idle. */
function mostReleased(circuit: Circuit, now: Date, { concurrency }: FactoryGuard): number {
  if (circuit.state === 'CLOSED') return 2 * concurrency;
  return isProbeDue(circuit, now) ? 1 : 0;
}

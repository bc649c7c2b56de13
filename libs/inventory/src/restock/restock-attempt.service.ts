import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull, MoreThan } from 'typeorm';
import { type Circuit } from '../circuit/circuit.entity.js';
import { admit, type CircuitLimits, recordAnsweredCall, recordFailedCall } from '../circuit/circuit-rules.js';
import { CircuitService } from '../circuit/circuit.service.js';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { Factory } from '../product/factory.entity.js';
import { acceptOrder } from './accept-order.js';
import { factoryCircuit } from './factory-circuit.js';
import { FactoryIncidentService } from './factory-incident.service.js';
import { usualLeadTimeMs } from './lead-time.js';
import { appendEvent } from './restock-order-event.entity.js';
import { RestockOrder } from './restock-order.entity.js';
import { transition } from './restock-order-transitions.js';
import { unknownOrder } from './restock.service.js';

/** How the calls to each factory are guarded, for all workers together. */
export interface FactoryGuard extends CircuitLimits {
  /** Calls at a time. */
  concurrency: number;
  /** When an order is tried again after a fault of its factory that did not open the circuit, in ms. */
  retryMs: number;
}

export interface AttemptOptions {
  /** The message that asks for the attempt. While its attempts go on, other messages for the order ask for nothing. */
  messageId?: string;
  /** Without it orders do not wait for their factory. */
  guard?: FactoryGuard;
}

/** Whether a caller may send an order to the factory now. */
export type AttemptClaim =
  /** `claimedAt` is the database's time. Measure the lease on your own monotonic clock, from before the claim. */
  | { kind: 'CLAIMED'; order: RestockOrder; factory: Factory; claimedAt: Date }
  /** The order is ordered, received or given up already, or another message asks for it. */
  | { kind: 'SETTLED' }
  /** The order waits for its factory, and is asked for by a new message when it is time. */
  | { kind: 'WAITING'; until: Date; cause: string }
  /** The same message was delivered to another caller, who sends the order right now. */
  | { kind: 'BUSY' };

/** A call that says nothing about the order, but something about the factory. */
export interface FactoryFault {
  cause: string;
  /** The factory may have accepted the order all the same. */
  mayBeOrdered: boolean;
  /** How long the factory asked to be left alone, in ms. */
  announcedMs?: number;
}

/** How soon an order looks again for a free place among the concurrent calls to its factory, in ms. */
const PLACE_RETRY_MS = 250;

/** A factory that has not answered is asked again after its lead time and this part of it. */
const LEAD_TIME_MARGIN = 0.5;

/** The attempts to send restock orders to their factories: who may call, and what came of it. */
@Injectable()
export class RestockAttemptService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly circuits: CircuitService,
    private readonly incidents: FactoryIncidentService,
  ) {}

  /**
   * Leases the right to send an order to the factory, for `leaseMs`. A message that is delivered twice gets it once.
   *
   * @throws InventoryError `RESTOCK_ORDER.UNKNOWN`
   */
  async claim(
    restockOrderId: string,
    leaseMs: number,
    { messageId, guard }: AttemptOptions = {},
  ): Promise<AttemptClaim> {
    return this.database.write(async (manager) => {
      const found = await manager.findOneBy(RestockOrder, { id: restockOrderId });
      if (!found) throw unknownOrder(restockOrderId);
      // Locked before the order: an answer of the factory changes the circuit, and then all its orders.
      const circuit = guard && (await this.circuits.lock(manager, factoryCircuit(found.factoryId)));
      const now = await this.clock.now(manager);
      const order = await manager.findOneByOrFail(RestockOrder, { id: restockOrderId });
      const { attemptMessageId: asking, attemptUntil } = order;
      if (order.status !== 'REQUESTED' || (asking && messageId && asking !== messageId)) {
        return { kind: 'SETTLED' };
      }
      if (attemptUntil && attemptUntil >= now) return { kind: 'BUSY' };
      if (order.receivedQuantity >= order.quantity) {
        // A process of an older version does not complete an order that waits.
        await transition(manager, restockOrderId, 'complete', now, 'complete');
        return { kind: 'SETTLED' };
      }
      const factory = await manager.findOneByOrFail(Factory, { id: order.factoryId });
      if (circuit) {
        // A factory behind a webhook makes an order under a known key only once.
        const mayBeOrdered = attemptUntil !== null && factory.adapter !== 'webhook';
        const wait = mayBeOrdered
          ? await this.leaveUnconfirmed(manager, order, 'the worker that asked the factory died', now)
          : await this.waitOf(manager, circuit, order, now, guard, asking !== null && asking === messageId);
        if (wait) return { kind: 'WAITING', ...wait };
      }
      const { affected } = await manager
        .createQueryBuilder()
        .update(RestockOrder)
        .set({
          attempts: () => 'attempts + 1',
          attemptUntil: new Date(now.getTime() + leaseMs),
          attemptMessageId: messageId ?? null,
        })
        .where(`id = :restockOrderId AND status = 'REQUESTED'`, { restockOrderId })
        .andWhere('(attempt_until IS NULL OR attempt_until < :now)', { now })
        .execute();
      if (affected === 0) return { kind: 'BUSY' };
      return {
        kind: 'CLAIMED',
        claimedAt: now,
        order: await manager.findOneByOrFail(RestockOrder, { id: restockOrderId }),
        factory,
      };
    });
  }

  /** The factory accepted the order. Changes no order whose goods were faster than its answer. */
  async recordOrdered(restockOrderId: string): Promise<void> {
    await this.database.write(async (manager) => {
      const order = await manager.findOneByOrFail(RestockOrder, { id: restockOrderId });
      const now = await this.recordAnswer(manager, order.factoryId);
      await acceptOrder(manager, order, now, 'accepted by the factory');
    });
  }

  /**
   * The attempt failed through a fault of the order, and the next one may start at once, unless it has started already. The
   * factory is there: orders that wait for it may go on.
   *
   * @param attemptUntil the lease of the claimed order, which ends. Without one, the failure only joins the timeline.
   */
  async recordFault(restockOrderId: string, cause: string, attemptUntil: Date | null = null): Promise<void> {
    await this.database.write(async (manager) => {
      const { factoryId } = await manager.findOneByOrFail(RestockOrder, { id: restockOrderId });
      const now = await this.recordAnswer(manager, factoryId);
      await this.endAttempt(manager, restockOrderId, cause, attemptUntil, now);
    });
  }

  /**
   * The attempt failed through no fault of the order. With a guard, the order waits until its factory may be asked again.
   * Without one, the next attempt may start at once.
   */
  async recordFactoryFault(order: RestockOrder, fault: FactoryFault, guard?: FactoryGuard): Promise<void> {
    const { id, factoryId, attemptUntil } = order;
    await this.database.write(async (manager) => {
      if (!guard) {
        await this.endAttempt(manager, id, fault.cause, attemptUntil, await this.clock.now(manager));
        return;
      }
      const circuit = await this.circuits.lock(manager, factoryCircuit(factoryId));
      const now = await this.clock.now(manager);
      recordFailedCall(circuit, fault.cause, now, guard, fault.announcedMs);
      await this.circuits.save(manager, circuit);
      const isCurrent = await this.endAttempt(manager, id, fault.cause, attemptUntil, now);
      if (!isCurrent) return;
      const retryAt = circuit.retryAt ?? new Date(now.getTime() + guard.retryMs);
      if (fault.mayBeOrdered) {
        await this.leaveUnconfirmed(manager, order, fault.cause, now, retryAt);
        return;
      }
      await transition(manager, id, 'wait', now, `asked again from ${retryAt.toISOString()} on`, {
        nextAttemptAt: retryAt,
        waitingSince: order.waitingSince ?? now,
      });
      if (circuit.state === 'CLOSED') return;
      // The wait of all its orders has a limit from now on, not only of those that were tried.
      const waiting = { factoryId, status: 'WAITING_FOR_FACTORY', waitingSince: IsNull() } as const;
      await manager.update(RestockOrder, waiting, { waitingSince: now });
    });
  }

  /** The factory may have the order: it is not asked again before its goods should be there, nor before `earliest`. */
  private async leaveUnconfirmed(
    manager: EntityManager,
    { id, factoryId, waitingSince }: RestockOrder,
    cause: string,
    now: Date,
    earliest = now,
  ): Promise<{ until: Date; cause: string }> {
    const factory = await manager.findOneByOrFail(Factory, { id: factoryId });
    const doneBy = new Date(now.getTime() + usualLeadTimeMs(factory) * (1 + LEAD_TIME_MARGIN));
    const until = doneBy > earliest ? doneBy : earliest;
    await transition(manager, id, 'loseAnswer', now, `${cause}; asked again from ${until.toISOString()} on`, {
      nextAttemptAt: until,
      waitingSince: waitingSince ?? now,
      lastError: cause.slice(0, 500),
    });
    return { until, cause };
  }

  /** Why, and until when, the order may not be sent now; it waits. Changes the circuit when it may. */
  private async waitOf(
    manager: EntityManager,
    circuit: Circuit,
    order: RestockOrder,
    now: Date,
    guard: FactoryGuard,
    isRepeated: boolean,
  ): Promise<{ until: Date; cause: string } | undefined> {
    const { id, factoryId } = order;
    // The attempts of one message are few. A wait between them would give the next message all of them again.
    if (isRepeated && circuit.state === 'CLOSED') return undefined;
    const calls = await manager.countBy(RestockOrder, {
      ...{ factoryId, status: 'REQUESTED', attemptUntil: MoreThan(now) },
    });
    if (calls >= guard.concurrency) {
      const until = new Date(now.getTime() + PLACE_RETRY_MS);
      await transition(manager, id, 'wait', now, null, { nextAttemptAt: until });
      return { until, cause: `${calls} calls to factory ${factoryId} are under way` };
    }
    const admission = admit(circuit, id, now, guard);
    if (admission.kind === 'ADMITTED') {
      await this.circuits.save(manager, circuit);
      return undefined;
    }
    const { until } = admission;
    if (admission.cause === 'RATE') {
      await transition(manager, id, 'wait', now, null, { nextAttemptAt: until });
      return { until, cause: `factory ${factoryId} takes ${guard.callsPerMinute} calls a minute` };
    }
    const cause = `factory ${factoryId} is away: ${circuit.reason}`;
    const isFirstWait = order.waitingSince === null;
    await transition(manager, id, 'wait', now, isFirstWait ? cause : null, {
      nextAttemptAt: until,
      waitingSince: order.waitingSince ?? now,
      lastError: cause.slice(0, 500),
    });
    return { until, cause };
  }

  /** The factory answered: its circuit is closed, and orders that wait for it may go on, at its rate. @returns now */
  private async recordAnswer(manager: EntityManager, factoryId: string): Promise<Date> {
    const circuit = await this.circuits.lock(manager, factoryCircuit(factoryId));
    const now = await this.clock.now(manager);
    if (circuit.failures === 0 && circuit.state === 'CLOSED') return now;
    const { toldAt, openedAt } = circuit;
    const wasOpen = recordAnsweredCall(circuit);
    await this.circuits.save(manager, circuit);
    if (!wasOpen) return now;
    if (toldAt) await this.incidents.tellEnd(manager, factoryId, openedAt!, now);
    const waiting = { factoryId, status: 'WAITING_FOR_FACTORY' } as const;
    await manager.update(RestockOrder, waiting, { nextAttemptAt: now, waitingSince: null });
    return now;
  }

  /** @returns whether the attempt was still the current one */
  private async endAttempt(
    manager: EntityManager,
    id: string,
    cause: string,
    attemptUntil: Date | null,
    at: Date,
  ): Promise<boolean> {
    let isCurrent = false;
    if (attemptUntil) {
      // A later claim has a later lease, so that the lease identifies the attempt.
      const { affected } = await manager.update(
        RestockOrder,
        { id, status: 'REQUESTED', attemptUntil },
        { attemptUntil: null, lastError: cause.slice(0, 500) },
      );
      isCurrent = affected === 1;
    }
    await appendEvent(manager, id, 'ATTEMPT_FAILED', cause, at);
    return isCurrent;
  }
}

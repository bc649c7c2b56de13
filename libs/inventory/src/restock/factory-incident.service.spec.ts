import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CircuitService } from '../circuit/circuit.service.js';
import { OutboxMessage } from '../outbox/outbox-message.entity.js';
import { SettableClock } from '../testing/settable-clock.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { FactoryIncidentService } from './factory-incident.service.js';
import { type FactoryGuard, RestockAttemptService } from './restock-attempt.service.js';

const CAUSE = 'FACTORY.REFUSED: the factory answered 500';
const times = { firstMailMs: 60_000, reminderMs: 3_600_000 };

const guard: FactoryGuard = {
  concurrency: 2,
  burst: 100,
  callsPerMinute: 6_000,
  failureThreshold: 1,
  probeIntervalMs: 30_000,
  retryMs: 5_000,
};

describe.each(TEST_DATABASES)('the mails about a factory that is away, on %s', (kind) => {
  let warehouse: Warehouse;
  let clock: SettableClock;
  let attempts: RestockAttemptService;
  let incidents: FactoryIncidentService;
  let answered: string;

  beforeEach(async () => {
    clock = new SettableClock();
    warehouse = await Warehouse.open(kind, 10, clock);
    attempts = warehouse.get(RestockAttemptService);
    incidents = warehouse.get(FactoryIncidentService);
    const [failed, other] = [
      await warehouse.openRestockOrder('CP-1', 100),
      await warehouse.openRestockOrder('CP-2', 100),
    ];
    await warehouse.dataSource.query(`UPDATE stock_level SET refused_demand = 3 WHERE sku = 'CP-1'`);
    answered = other.id;
    // Asked just before the outage, and answered after it.
    await attempts.claim(answered, 100_000_000, { guard });
    const claim = await attempts.claim(failed.id, 1_000, { guard });
    if (claim.kind !== 'CLAIMED') throw new Error(claim.kind);
    await attempts.recordFactoryFault(claim.order, { cause: CAUSE, mayBeOrdered: false }, guard);
  });

  afterEach(() => warehouse.close());

  const ago = (ms: number) => new Date(clock.localNow().getTime() - ms).toISOString();

  async function mails(): Promise<unknown[]> {
    const messages = await warehouse.dataSource.manager.findBy(OutboxMessage, { queue: 'notifications' });
    return messages.map(({ payload }) => payload);
  }

  it('are one when it has been away for a time, with what waits for it, and one when it is back', async () => {
    clock.advance(59_999);
    expect(await incidents.tellDue(times)).toBe(0);
    clock.advance(1);
    const told = await Promise.all([1, 2, 3].map(() => incidents.tellDue(times)));
    expect(told.sort()).toEqual([0, 0, 1]);
    const waiting = {
      ...{ factoryId: 'FF-1', factoryName: 'factory', orders: 2, units: 200, skus: 'CP-1, CP-2' },
      ...{ refusedUnits: 3, refusedKrw: 3_000 },
    };
    const since = ago(60_000);
    const away = { ...waiting, since, cause: CAUSE, isReminder: 0 };
    expect(await mails()).toMatchObject([{ kind: 'FACTORY_AWAY', audience: 'OPERATORS', facts: away }]);
    clock.advance(1_000);
    await attempts.recordOrdered(answered);
    expect(await mails()).toHaveLength(2);
    expect((await mails())[1]).toMatchObject({
      kind: 'FACTORY_BACK',
      audience: 'OPERATORS',
      facts: { ...waiting, since, until: ago(0) },
    });
    expect(await incidents.tellDue(times)).toBe(0);
  });

  it('come again while the outage lasts, where reminders are asked for', async () => {
    clock.advance(60_000);
    await incidents.tellDue(times);
    clock.advance(3_599_999);
    expect(await incidents.tellDue(times)).toBe(0);
    expect(await incidents.tellDue({ ...times, reminderMs: 0 })).toBe(0);
    clock.advance(1);
    expect(await incidents.tellDue(times)).toBe(1);
    expect((await mails())[1]).toMatchObject({ kind: 'FACTORY_AWAY', facts: { isReminder: 1 } });
  });

  it('are none when nothing waits for the factory any more: the next order shows whether it is there', async () => {
    await warehouse.dataSource.query(
      `UPDATE restock_order SET status = 'CANCELLED', open_sku = NULL, attempt_until = NULL`,
    );
    clock.advance(60_000);
    expect(await incidents.tellDue(times)).toBe(0);
    expect(await mails()).toEqual([]);
    expect(await warehouse.get(CircuitService).list()).toMatchObject([{ state: 'CLOSED', failures: 0 }]);
  });

  it('are none about an outage that ended before', async () => {
    clock.advance(30_000);
    await attempts.recordOrdered(answered);
    clock.advance(3_600_000);
    expect(await incidents.tellDue(times)).toBe(0);
    expect(await mails()).toEqual([]);
  });
});

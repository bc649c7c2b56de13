import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { DeadLetterFactsService } from './dead-letter-facts.service.js';
import { DeadLetterService } from './dead-letter.service.js';
import { DeadLetter } from './dead-letter.entity.js';

describe.each(TEST_DATABASES)('the facts of dead letters on %s', (kind) => {
  let warehouse: Warehouse;
  let letters: DeadLetterService;
  let facts: DeadLetterFactsService;
  let orderId: string;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    letters = warehouse.get(DeadLetterService);
    facts = warehouse.get(DeadLetterFactsService);
    ({ id: orderId } = await warehouse.openRestockOrder('RING', 10, { name: 'Ring donut' }));
    await warehouse.dataSource.query("UPDATE stock_level SET refused_demand = 7 WHERE sku = 'RING'");
    const cause = { code: 'FACTORY.REFUSED', detail: 'the factory answered 422' };
    const open = (queue: string, messageId: string, body: string, code = cause) =>
      letters.open({ queue, messageId, body, attributes: {} }, code);
    await open('restock', 'one', JSON.stringify({ restockOrderId: orderId }));
    await open('restock', 'two', JSON.stringify({ restockOrderId: 'not-there' }));
    await open('notifications', 'mail', JSON.stringify({ facts: { sku: 'RING' } }), {
      code: 'MAIL.NOT_SENT',
      detail: 'no',
    });
    await open('restock', 'broken', 'no JSON', { code: 'MESSAGE.CONTRACT_BROKEN', detail: 'no JSON' });
  }, 60_000);
  afterAll(() => warehouse.close());

  it('name the order, the product, its factory, and the buyers who were refused meanwhile', async () => {
    const { items } = await letters.list({ limit: 10, order: 'asc' });
    const ring = { sku: 'RING', productName: 'Ring donut', factoryId: 'FF-1', refusedUnits: 7 };
    const nothing = {
      restockOrderId: null,
      sku: null,
      productName: null,
      factoryId: null,
      refusedUnits: null,
    };
    expect(await facts.subjectsOf(items)).toEqual([
      { ...ring, restockOrderId: orderId },
      { ...nothing, restockOrderId: 'not-there' },
      { ...ring, restockOrderId: null },
      nothing,
    ]);
    expect(await facts.subjectsOf([])).toEqual([]);
  });

  it('group those of one queue and cause, with when they came, and whether more do', async () => {
    const longAgo = new Date(Date.now() - 7_200_000);
    await warehouse.dataSource.manager.update(DeadLetter, { messageId: 'one' }, { openedAt: longAgo });
    const groups = await facts.groups({ status: 'OPEN' });
    expect(groups.map(({ queue, causeCode, letters: count }) => [queue, causeCode, count]).sort()).toEqual([
      ['notifications', 'MAIL.NOT_SENT', 1],
      ['restock', 'FACTORY.REFUSED', 2],
      ['restock', 'MESSAGE.CONTRACT_BROKEN', 1],
    ]);
    const refused = groups.find(({ causeCode }) => causeCode === 'FACTORY.REFUSED')!;
    expect(refused.firstOpenedAt).toEqual(longAgo);
    expect(refused.lastOpenedAt.getTime()).toBeGreaterThan(Date.now() - 3_600_000);
    expect(refused.lettersInLastHour).toBe(1);
    expect(await facts.groups({ status: 'DISCARDED' })).toEqual([]);
  });

  it('are found by cause', async () => {
    const { items } = await letters.list({ limit: 10, causeCode: 'FACTORY.REFUSED' });
    expect(items.map(({ messageId }) => messageId).sort()).toEqual(['one', 'two']);
  });
});

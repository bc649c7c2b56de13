import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createTestDatabase,
  TEST_DATABASES,
  type TestDatabase,
} from '../libs/inventory/src/testing/test-database.js';
import { RunningSystem } from './running-system.js';

describe.each(TEST_DATABASES)('a surge on %s', (kind) => {
  let system: RunningSystem;
  let database: TestDatabase | undefined;

  beforeAll(async () => {
    if (kind === 'mysql') database = await createTestDatabase('mysql');
    system = await RunningSystem.start(database && { DATABASE_URL: database.url });
  }, 90_000);

  afterAll(async () => {
    await system.remove();
    await database?.drop();
  }, 60_000);

  it('sells 50 units to exactly 50 of 200 buyers at once, and makes one restock order', async () => {
    const sku = await system.newProduct(50);
    // The goods must not come while the buyers do.
    await system.setFaults({ leadTimeMs: 60_000 });
    const before = (await system.get(`/restock-orders?sku=${sku}`)).body.items.length;
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, buyer) => system.buy(sku, 1, { 'Idempotency-Key': `${sku}-${buyer}` })),
    );
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect({ sold: count(201), refused: count(409) }).toEqual({ sold: 50, refused: 150 });
    expect(new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id)).size).toBe(50);
    expect((await system.stock(sku)).onHand).toBe(0);
    const { items } = (await system.get(`/restock-orders?sku=${sku}`)).body;
    expect(items.length - before).toBe(1);
    const named = answers
      .filter(({ status }) => status === 409)
      .map(({ body }) => body.shortages[0].restockOrder.id);
    expect(new Set(named)).toEqual(new Set([items[0].id]));
    expect(system.reconcile()).toBeUndefined();
  });
});

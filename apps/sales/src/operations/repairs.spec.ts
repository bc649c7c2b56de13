import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TEST_DATABASES } from '../../../../libs/inventory/src/testing/test-database.js';
import { SalesUnderTest } from '../testing/sales-under-test.js';

describe.each(TEST_DATABASES)('the books by HTTP on %s', (kind) => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start({}, kind);
  }, 60_000);
  afterAll(() => sales.stop());

  const loseMovement = async (sku: string) => {
    await sales.warehouse.stockProduct(sku, 10);
    const { id } = JSON.parse((await sales.buy(sku)).payload) as { id: string };
    await sales.warehouse.dataSource.query(`DELETE FROM stock_movement WHERE reference = '${id}'`);
    return id;
  };

  const keyOf = async (role: string) =>
    (await sales.ask('POST', '/api-keys', { body: { name: `${role}-of-books`, role } })).body.key as string;

  it('are explained and repaired, and the ledger and the audit tell by whom', async () => {
    const posting = await loseMovement('LOST');
    const operator = { 'x-api-key': await keyOf('operator') };
    const { body: plan } = await sales.ask('GET', '/repairs/plan');
    const movement = { delta: -1, corrects: 'SALE', movesStock: false };
    expect(plan.repairs).toMatchObject([{ sku: 'LOST', movements: [movement], corrections: [] }]);
    expect(plan.differences).toHaveLength(2);
    expect(plan.differences[1]).toEqual({
      ...{ invariant: 'every unit sold has left the stock', subject: 'LOST', expected: '1', actual: '0' },
      ...{
        cause: `The movement of posting ${posting} (1 unit) was deleted.`,
        decision: null,
        repairedWith: 'LOST',
      },
    });
    expect((await sales.ask('GET', '/reconcile')).body.clean).toBe(false);

    const repaired = await sales.ask('POST', '/repairs', { body: { sku: 'LOST' }, headers: operator });
    expect(repaired).toMatchObject({
      status: 200,
      body: { sku: 'LOST', movements: [movement], corrections: [], differences: plan.differences },
    });
    expect((await sales.ask('GET', '/reconcile?full=true')).body).toEqual({
      ...{ clean: true, differences: [], full: true, lastFullAt: null },
    });
    const { items: audited } = (await sales.ask('GET', '/audit?action=books.repaired')).body;
    expect(audited).toMatchObject([
      {
        actor: 'operator-of-books',
        subjectType: 'stock',
        subjectId: 'LOST',
        note: plan.differences[1].cause,
      },
    ]);
    const { items: moved } = (await sales.ask('GET', '/products/LOST/movements?reason=ADJUSTMENT&limit=1'))
      .body;
    expect(moved).toMatchObject([
      {
        ...{ delta: -1, onHand: 9, corrects: 'SALE', operator: 'operator-of-books' },
        ...{ note: 'repair: 1 unit sold without a movement', reference: audited[0].id },
      },
    ]);
    expect((await sales.ask('GET', '/products/LOST/ledger')).body.totals).toContainEqual({
      ...{ reason: 'SALE', movements: 1, units: -1 },
    });
  });

  it('are repaired once for an idempotency key, and not at all where nothing is wrong', async () => {
    await loseMovement('KEYED');
    const given = { body: { sku: 'KEYED' }, headers: { 'idempotency-key': 'repair' } };
    const [first, again] = [
      await sales.ask('POST', '/repairs', given),
      await sales.ask('POST', '/repairs', given),
    ];
    expect(again).toMatchObject({
      status: 200,
      text: first.text,
      headers: { 'idempotent-replayed': 'true' },
    });
    expect((await sales.ask('POST', '/repairs', { body: { sku: 'KEYED' } })).body).toEqual({
      ...{ sku: 'KEYED', differences: [], movements: [], corrections: [] },
    });
    expect((await sales.ask('GET', '/audit?subjectId=KEYED')).body.items).toHaveLength(1);
  });

  it('are read by viewers, and repaired by operators alone', async () => {
    const headers = { 'x-api-key': await keyOf('viewer') };
    expect((await sales.ask('GET', '/repairs/plan', { headers })).status).toBe(200);
    expect((await sales.ask('POST', '/repairs', { headers, body: { sku: 'LOST' } })).status).toBe(403);
    expect((await sales.ask('GET', '/repairs/plan', { headers: { 'x-api-key': undefined } })).status).toBe(
      401,
    );
    const unknown = await sales.ask('POST', '/repairs', { body: { sku: 'NO-SUCH' } });
    expect(unknown).toMatchObject({ status: 404, body: { code: 'SKU.UNKNOWN' } });
  });
});

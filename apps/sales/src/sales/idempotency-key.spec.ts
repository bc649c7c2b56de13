import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TEST_DATABASES } from '../../../../libs/inventory/src/testing/test-database.js';
import { Warehouse } from '../../../../libs/inventory/src/testing/warehouse.js';
import { SalesUnderTest } from '../testing/sales-under-test.js';

type Answer = Awaited<ReturnType<SalesUnderTest['buy']>>;

const KEY = '5f0c3f0a-6d3e-4b5e-9c56-3f1f6f0c8a51';

describe.each(TEST_DATABASES)('an idempotency key over HTTP on %s', (kind) => {
  let warehouse: Warehouse;
  let sales: SalesUnderTest;

  const start = () => SalesUnderTest.start({ DATABASE_URL: warehouse.database.url });

  beforeEach(async () => {
    warehouse = await Warehouse.open(kind);
    sales = await start();
    // In the order of bytes, in which stock is locked, that of letters is another.
    for (const sku of ['B-1', 'a-1', 'a.1', 'a_1'])
      await warehouse.stockProduct(sku, 10, { priceKrw: 1_000 });
  });

  afterEach(async () => {
    await sales.stop();
    expect(await warehouse.differences()).toEqual([]);
    await warehouse.close();
  });

  const LINES = ['a_1', 'B-1', 'a.1', 'a-1', 'B-1'].map((sku) => ({ sku, quantity: 1 }));

  const buy = (process: SalesUnderTest, headers: Record<string, string> = {}, lines = LINES) =>
    process.application.inject({
      method: 'POST',
      url: '/sales',
      headers: { 'Idempotency-Key': KEY, ...headers },
      payload: { lines, customerEmail: 'kim@example.com' },
    });

  /** All of an answer but what the server says of the moment and the connection. */
  const told = ({ statusCode, headers, body }: Answer) => {
    const { date, connection, 'x-request-id': requestId, ...rest } = headers;
    expect({ date, connection, requestId }).toMatchObject({
      date: expect.any(String),
      requestId: expect.any(String),
    });
    return { statusCode, body, headers: rest };
  };

  const replayOf = (first: Answer) => {
    const { headers, ...rest } = told(first);
    return { ...rest, headers: { ...headers, 'idempotent-replayed': 'true' } };
  };

  it('repeats the first answer byte for byte: after a price change, in another process, after a restart', async () => {
    const first = await buy(sales);
    expect(first.statusCode).toBe(201);
    expect(first.headers.location).toBe(`/sales/${first.json().id}`);
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    expect(told(await buy(sales))).toEqual(replayOf(first));

    await warehouse.dataSource.query('UPDATE product SET price_krw = 2000');
    expect(told(await buy(sales))).toEqual(replayOf(first));

    const other = await start();
    expect(told(await buy(other))).toEqual(replayOf(first));
    await other.stop();

    await sales.stop();
    sales = await start();
    expect(told(await buy(sales))).toEqual(replayOf(first));
    const { token, ...sale } = first.json();
    const headers = { 'x-sale-token': token };
    const stored = await sales.application.inject({ url: String(first.headers.location), headers });
    expect(stored.json()).toEqual(sale);
    expect(await warehouse.level('B-1')).toMatchObject({ onHand: 8 });
  });

  it('repeats the first answer to all waiting requests', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => buy(sales)));
    const first = answers.find(({ headers }) => !headers['idempotent-replayed'])!;
    const replays = answers.filter((answer) => answer !== first);
    expect(replays.map(told)).toEqual(Array(4).fill(replayOf(first)));
  });

  it('is not used up by a refusal: the same request can become a sale later', async () => {
    const refused = await buy(sales, {}, [{ sku: 'B-1', quantity: 15 }]);
    expect(refused.json().code).toBe('STOCK.INSUFFICIENT');
    const lines = [{ sku: 'NEW', quantity: 15 }];
    for (let repeat = 0; repeat < 2; repeat += 1) {
      const unknown = await buy(sales, {}, lines);
      expect(unknown.json().code).toBe('SKU.UNKNOWN');
      expect(unknown.headers['idempotent-replayed']).toBeUndefined();
    }
    await warehouse.stockProduct('NEW', 20);
    const sold = await buy(sales, {}, lines);
    expect(sold.statusCode).toBe(201);
    expect(sold.headers['idempotent-replayed']).toBeUndefined();
    expect(told(await buy(sales, {}, lines))).toEqual(replayOf(sold));
  });

  it('belongs to the X-Client-Id', async () => {
    const clients: Record<string, string>[] = [{}, { 'X-Client-Id': 'shop' }, { 'X-Client-Id': 'app' }];
    const firsts = [];
    for (const client of clients) firsts.push(await buy(sales, client));
    expect(new Set(firsts.map((first) => first.json().id)).size).toBe(3);
    for (const [index, client] of clients.entries()) {
      expect(told(await buy(sales, client))).toEqual(replayOf(firsts[index]!));
      expect((await buy(sales, client, LINES.slice(1))).json().code).toBe('SALE.KEY_REUSED');
    }
  });

  it('accepts 1 to 64 visible ASCII characters as the X-Client-Id, and refuses anything else', async () => {
    for (const clientId of ['', ' ', 'two words', 'é', 'x'.repeat(65)]) {
      const answer = await buy(sales, { 'X-Client-Id': clientId });
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toMatchObject({ code: 'REQUEST.INVALID' });
      expect(answer.json().errors[0]).toMatchObject({ at: 'headers/x-client-id' });
    }
    expect((await buy(sales, { 'X-Client-Id': '~'.repeat(64) })).statusCode).toBe(201);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TEST_DATABASES } from '../../../../libs/inventory/src/testing/test-database.js';
import { SalesUnderTest } from '../testing/sales-under-test.js';

describe.each(TEST_DATABASES)('a list on %s', (kind) => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start({}, kind);
    for (const sku of ['A', 'B', 'C', 'D']) await sales.warehouse.stockProduct(sku, sku === 'C' ? 0 : 100);
  }, 60_000);
  afterAll(() => sales.stop());

  /** The pages of a list, each found by the `Link` of the page before. */
  async function pagesOf(url: string): Promise<Record<string, any>[][]> {
    const pages = [];
    for (let next: string | undefined = url; next !== undefined;) {
      const { status, headers, body } = await sales.ask('GET', next);
      expect(status).toBe(200);
      pages.push(body.items);
      const link = headers.link as string | undefined;
      expect(link === undefined).toBe(body.nextCursor === null);
      next = link && /^<([^>]+)>; rel="next"$/.exec(link)![1]!;
    }
    return pages;
  }

  const skus = (pages: Record<string, any>[][]) => pages.map((page) => page.map(({ sku }) => sku as string));

  it('links to its next page, with the filters of the request', async () => {
    expect(skus(await pagesOf('/products?limit=2'))).toEqual([
      ['A', 'B'],
      ['C', 'D'],
    ]);
    expect(skus(await pagesOf('/products?limit=2&inStock=true'))).toEqual([['A', 'B'], ['D']]);
    expect(skus(await pagesOf('/products?inStock=false'))).toEqual([['C']]);
  });

  it('is in the other order when asked', async () => {
    expect(skus(await pagesOf('/products?limit=3&order=desc'))).toEqual([['D', 'C', 'B'], ['A']]);
    expect((await sales.ask('GET', '/products?order=newest')).status).toBe(400);
  });

  it('of restock orders is of those opened in a time', async () => {
    for (const sku of ['X', 'Y', 'Z']) await sales.warehouse.openRestockOrder(sku, 10);
    const [all] = await pagesOf('/restock-orders?order=asc');
    expect(skus([all!])).toEqual([['X', 'Y', 'Z']]);
    const { requestedAt } = all![1]!;
    const from = (range: string) => pagesOf(`/restock-orders?order=asc&${range}`);
    expect(skus(await from(`since=${requestedAt}`))).toEqual([['Y', 'Z']]);
    expect(skus(await from(`until=${requestedAt}`))).toEqual([['X']]);
    expect(skus(await from(`since=${requestedAt}&until=${all![2]!.requestedAt}`))).toEqual([['Y']]);
    expect((await sales.ask('GET', '/restock-orders?since=yesterday')).status).toBe(400);
    expect((await sales.ask('GET', '/dead-letters?since=2026-01-01T00:00:00Z')).body.items).toEqual([]);
  });

  describe('of sales', () => {
    const place = async (lines: [string, number][], customerEmail?: string, headers = {}) => {
      const { body } = await sales.ask('POST', '/sales', {
        body: { lines: lines.map(([sku, quantity]) => ({ sku, quantity })), customerEmail },
        headers,
      });
      return body as { id: string; createdAt: string };
    };
    const ids = async (query: string) => (await pagesOf(`/sales?${query}`)).flat().map(({ id }) => id);
    let first: { id: string; createdAt: string };
    let second: typeof first;
    let third: typeof first;

    beforeAll(async () => {
      first = await place([['A', 1]], 'kim@example.com', { 'idempotency-key': 'one' });
      second = await place(
        [
          ['A', 2],
          ['B', 1],
        ],
        'lee@example.com',
        { 'idempotency-key': 'one', 'x-client-id': 'web-shop' },
      );
      third = await place([['B', 3]]);
    });

    it('is for operators alone', async () => {
      expect((await sales.ask('GET', '/sales', { headers: { 'x-api-key': undefined } })).status).toBe(401);
    });

    it('shows each as GET does, newest first', async () => {
      expect(await ids('limit=2')).toEqual([third.id, second.id, first.id]);
      expect(await ids('order=asc&limit=1')).toEqual([first.id, second.id, third.id]);
      const { items } = (await sales.ask('GET', '/sales?limit=1&sku=A')).body;
      expect(items).toEqual([(await sales.ask('GET', `/sales/${second.id}`)).body]);
      expect(items[0].lines).toHaveLength(2);
    });

    it('finds the one of a key, in the name space of its client', async () => {
      expect(await ids('idempotencyKey=one')).toEqual([first.id]);
      expect(await ids('idempotencyKey=one&clientId=web-shop')).toEqual([second.id]);
      expect(await ids('idempotencyKey=another')).toEqual([]);
    });

    it('finds those of a customer, of a product, and of a time, and of all three', async () => {
      expect(await ids('customerEmail=kim@example.com')).toEqual([first.id]);
      expect(await ids('sku=B')).toEqual([third.id, second.id]);
      expect(await ids(`since=${second.createdAt}`)).toEqual([third.id, second.id]);
      expect(await ids(`until=${second.createdAt}`)).toEqual([first.id]);
      expect(await ids(`sku=B&limit=1&since=${third.createdAt}`)).toEqual([third.id]);
      expect(await ids(`sku=A&customerEmail=lee@example.com&until=2099-01-01T00:00:00Z`)).toEqual([
        second.id,
      ]);
      expect(await ids(`sku=B&customerEmail=kim@example.com`)).toEqual([]);
      expect(await ids('since=1960-01-01T00:00:00Z')).toHaveLength(3);
    });

    it('refuses a cursor that no page gave', async () => {
      const { status, body } = await sales.ask('GET', '/sales?cursor=01890000-0000-7000-8000-000000000000');
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'CURSOR.UNKNOWN' });
    });
  });

  it('of movements tells each in its order, by reason and time, however many are of one moment', async () => {
    await sales.warehouse.stockProduct('MOVED', 10);
    for (let delta = 1; delta <= 5; delta += 1) {
      await sales.ask('POST', '/products/MOVED/adjustments', { body: { delta, note: `count ${delta}` } });
    }
    await sales.buy('MOVED');
    // The clock of a machine may stand still for several.
    await sales.warehouse.dataSource.query(
      "UPDATE stock_movement SET created_at = '2026-01-01 00:00:00.000' WHERE sku = 'MOVED' AND reason = 'ADJUSTMENT'",
    );
    const adjusted = (await pagesOf('/products/MOVED/movements?reason=ADJUSTMENT&limit=2')).flat();
    expect(adjusted.map(({ delta }) => delta as number)).toEqual([5, 4, 3, 2, 1, 10]);
    expect(adjusted[0]).toMatchObject({
      ...{ note: 'count 5', reference: null, onHand: 25 },
      ...{ operator: 'operations', corrects: null },
    });
    const rising = (await pagesOf('/products/MOVED/movements?reason=ADJUSTMENT&limit=4&order=asc')).flat();
    expect(rising).toEqual(adjusted.toReversed());
    const [[sold]] = (await pagesOf('/products/MOVED/movements?since=2026-01-02T00:00:00Z')) as [
      [Record<string, any>],
    ];
    expect(sold).toMatchObject({ reason: 'SALE', delta: -1, onHand: 24, note: null, operator: null });
    expect((await sales.ask('GET', `/sales/${sold.reference}`)).status).toBe(200);
    expect((await sales.ask('GET', '/products/NO-SUCH/movements')).body.code).toBe('SKU.UNKNOWN');
    const foreign = (await pagesOf('/products/A/movements'))[0]![0]!.id as string;
    expect((await sales.ask('GET', `/products/MOVED/movements?cursor=${foreign}`)).body.code).toBe(
      'CURSOR.UNKNOWN',
    );
  });
});

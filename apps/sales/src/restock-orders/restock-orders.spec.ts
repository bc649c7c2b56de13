import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RestockAttemptService } from '#inventory';
import { TEST_DATABASES } from '../../../../libs/inventory/src/testing/test-database.js';
import { SalesUnderTest } from '../testing/sales-under-test.js';

const AS_BUYER = { headers: { 'x-api-key': undefined } };
const PUBLIC_MEMBERS = [
  'closedAt',
  'expectedAt',
  'expectedFrom',
  'expectedTo',
  'id',
  'quantity',
  'receivedQuantity',
  'requestedAt',
  'sku',
  'status',
];
const STALE = { status: 412, body: { code: 'REQUEST.PRECONDITION' } };

describe.each(TEST_DATABASES)('restock orders over HTTP on %s', (kind) => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start({}, kind);
  }, 60_000);

  afterAll(() => sales.stop());

  async function failingOrder(sku: string): Promise<string> {
    const { id } = await sales.warehouse.openRestockOrder(sku, 10);
    const cause = 'FACTORY.REFUSED: kim@factory.example does not answer at 10.0.0.7';
    const claim = await sales.warehouse.get(RestockAttemptService).claim(id, 1_000);
    if (claim.kind !== 'CLAIMED') throw new Error(claim.kind);
    await sales.warehouse.get(RestockAttemptService).recordFault(id, cause, claim.order.attemptUntil);
    return id;
  }

  it('show goods to buyers, and people, notes and the factory to operators only', async () => {
    const id = await failingOrder('TOLD');
    const shown = await sales.ask('GET', `/restock-orders/${id}`, AS_BUYER);
    expect(Object.keys(shown.body).sort()).toEqual(PUBLIC_MEMBERS);
    const { items } = (await sales.ask('GET', '/restock-orders?sku=TOLD', AS_BUYER)).body;
    expect(items.map((item: object) => Object.keys(item).sort())).toEqual([PUBLIC_MEMBERS]);
    await sales.ask('POST', `/restock-orders/${id}/cancel`, {
      body: { by: 'kim', note: 'Lee owes us money' },
    });
    for (const url of [`/restock-orders/${id}`, '/restock-orders?sku=TOLD']) {
      expect((await sales.ask('GET', url, AS_BUYER)).text).not.toMatch(/kim|Lee|FACTORY|10\.0\.0\.7|FF-1/);
    }
    const all = await sales.ask('GET', `/restock-orders/${id}`);
    expect(all.body).toMatchObject({
      factoryId: 'FF-1',
      attempts: 1,
      lastError: expect.stringContaining('kim'),
    });
    expect(all.body.timeline.at(-1)).toMatchObject({
      kind: 'CANCELLED',
      detail: 'by operations: Lee owes us money',
    });
    expect(all.headers.vary).toBe('X-Api-Key');
    expect((await sales.ask('GET', '/restock-orders?sku=TOLD')).body.items[0]).toMatchObject({
      factoryId: 'FF-1',
    });
  });

  it('are sent again only after a change', async () => {
    const id = await failingOrder('CACHED');
    for (const who of [AS_BUYER, { headers: {} }]) {
      const first = await sales.ask('GET', `/restock-orders/${id}`, who);
      const again = (tags: string) =>
        sales.ask('GET', `/restock-orders/${id}`, { headers: { ...who.headers, 'if-none-match': tags } });
      expect(await again(`"other", W/${String(first.headers.etag)}`)).toMatchObject({
        status: 304,
        text: '',
      });
      expect(await again('"other"')).toMatchObject({ status: 200, text: first.text });
    }
  });

  it('are cancelled only if unchanged since they were read, when the client asks for that', async () => {
    const id = await failingOrder('GUARDED');
    const url = `/restock-orders/${id}`;
    const cancel = (tag: unknown) =>
      sales.ask('POST', `${url}/cancel`, { headers: { 'if-match': String(tag) } });
    const seen = (await sales.ask('GET', url)).headers.etag;
    const seenByBuyers = (await sales.ask('GET', url, AS_BUYER)).headers.etag;
    await sales.warehouse.get(RestockAttemptService).recordOrdered(id);
    for (const tag of [seen, seenByBuyers, '"nope"']) expect(await cancel(tag)).toMatchObject(STALE);
    expect((await sales.ask('GET', url)).body.status).toBe('ORDERED');
    const cancelled = await cancel((await sales.ask('GET', url)).headers.etag);
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'CANCELLED' } });
    const now = await sales.ask('GET', url);
    expect([now.text, now.headers.etag]).toEqual([cancelled.text, cancelled.headers.etag]);
    expect(await cancel(now.headers.etag)).toMatchObject({
      status: 409,
      body: { code: 'RESTOCK_ORDER.CLOSED' },
    });
  });

  it('are cancelled once by 8 requests with the same ETag', async () => {
    const id = await failingOrder('RACE');
    const tag = String((await sales.ask('GET', `/restock-orders/${id}`)).headers.etag);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        sales.ask('POST', `/restock-orders/${id}/cancel`, { headers: { 'if-match': tag } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(412)]);
    expect(await sales.warehouse.differences()).toEqual([]);
  }, 30_000);
});

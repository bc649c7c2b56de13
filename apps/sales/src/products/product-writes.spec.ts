import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TEST_DATABASES } from '../../../../libs/inventory/src/testing/test-database.js';
import { SalesUnderTest } from '../testing/sales-under-test.js';

const RULES = {
  name: '도넛 🍩',
  priceKrw: 19_900,
  factoryId: 'FF-1',
  reorderPoint: 0,
  targetLevel: 50,
  lotSize: 10,
  maxPerSale: 50,
  adManagerEmail: 'ads@donut-states.example',
};
const STALE = { status: 412, body: { code: 'REQUEST.PRECONDITION' } };

describe.each(TEST_DATABASES)('products over HTTP on %s', (kind) => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start({}, kind);
  }, 60_000);

  afterEach(async () => expect(await sales.warehouse.differences()).toEqual([]));
  afterAll(() => sales.stop());

  const put = (sku: string, body: object = RULES, headers: Record<string, string> = {}) =>
    sales.ask('PUT', `/products/${sku}`, { body, headers });
  const patch = (sku: string, body: object, headers: Record<string, string> = {}) =>
    sales.ask('PATCH', `/products/${sku}`, { body, headers });
  const get = (sku: string, headers: Record<string, string | undefined> = {}) =>
    sales.ask('GET', `/products/${sku}`, { headers });
  const tagOf = async (sku: string) => String((await get(sku)).headers.etag);

  it('are created with 201 and a Location header, and replaced with 200', async () => {
    const created = await put('CREATED');
    expect(created).toMatchObject({
      status: 201,
      headers: { location: '/products/CREATED', etag: expect.stringMatching(/^".+"$/) },
    });
    const replaced = await put('CREATED');
    expect(replaced).toMatchObject({ status: 200, headers: { etag: created.headers.etag } });
    expect(replaced.headers).not.toHaveProperty('location');
  });

  it('are shown to operators with every member that PUT takes, and accepted unchanged by PUT', async () => {
    await put('ROUND-TRIP');
    const shown = await get('ROUND-TRIP');
    expect(shown.body).toMatchObject({ sku: 'ROUND-TRIP', ...RULES });
    const changed = await put(
      'ROUND-TRIP',
      { ...shown.body, priceKrw: 1 },
      { 'if-match': shown.headers.etag as string },
    );
    expect(changed).toMatchObject({ status: 200, body: { ...shown.body, priceKrw: 1 } });
    expect((await get('ROUND-TRIP')).body).toEqual(changed.body);
  });

  it('are not saved under another SKU than that of the path', async () => {
    expect(await put('HERE', { ...RULES, sku: 'THERE' })).toMatchObject({
      status: 400,
      body: { code: 'REQUEST.REFUSED', detail: expect.stringContaining('body/sku') },
    });
  });

  it('are changed one member at a time, in either media type of a merge patch', async () => {
    await put('PATCHED');
    expect(await patch('PATCHED', { priceKrw: 5 })).toMatchObject({
      status: 200,
      body: { ...RULES, priceKrw: 5 },
    });
    const merge = { 'content-type': 'application/merge-patch+json; charset=utf-8' };
    expect(await patch('PATCHED', { name: 'Ring' }, merge)).toMatchObject({
      status: 200,
      body: { ...RULES, priceKrw: 5, name: 'Ring' },
    });
    expect(await patch('PATCHED', {})).toMatchObject({ status: 200, body: { priceKrw: 5 } });
  });

  it('lose no member: PATCH refuses null, and members that it cannot change', async () => {
    await put('KEPT');
    for (const [body, at] of [
      [{ name: null }, 'body/name'],
      [{ adManagerEmail: null }, 'body/adManagerEmail'],
      [{ stock: { onHand: 9 } }, 'body'],
      [{ sku: 'OTHER' }, 'body'],
      [[{ priceKrw: 1 }], 'body'],
    ] as const) {
      expect(await patch('KEPT', body)).toMatchObject({ status: 400, body: { errors: [{ at }] } });
    }
    expect((await get('KEPT')).body).toMatchObject(RULES);
    expect(await patch('NOT-THERE', { priceKrw: 1 })).toMatchObject({
      status: 404,
      body: { code: 'SKU.UNKNOWN' },
    });
    expect(await patch('KEPT', { factoryId: 'FF-9' })).toMatchObject({
      status: 422,
      body: { code: 'FACTORY.UNKNOWN' },
    });
  });

  it('are patched with a merge patch only', async () => {
    const headers = { 'content-type': 'application/merge-patch+json' };
    expect(await put('MEDIA', RULES, headers)).toMatchObject({ status: 415 });
    expect(await sales.ask('POST', '/sales', { body: { lines: [] }, headers })).toMatchObject({
      status: 415,
    });
  });

  it('are not overwritten by a writer that has not seen the last change', async () => {
    await put('GUARDED');
    const seen = await tagOf('GUARDED');
    await put('GUARDED', { ...RULES, priceKrw: 2 });
    for (const ifMatch of [seen, '"nope"', `W/${await tagOf('GUARDED')}`, '"a", "b"', '""']) {
      expect(await put('GUARDED', RULES, { 'if-match': ifMatch })).toMatchObject(STALE);
      expect(await patch('GUARDED', { priceKrw: 3 }, { 'if-match': ifMatch })).toMatchObject(STALE);
    }
    expect((await get('GUARDED')).body.priceKrw).toBe(2);
    for (const ifMatch of [await tagOf('GUARDED'), `"a,b" ,, ${await tagOf('GUARDED')},`, '*']) {
      expect(await put('GUARDED', { ...RULES, priceKrw: 2 }, { 'if-match': ifMatch })).toMatchObject({
        status: 200,
      });
    }
  });

  it('are created only if absent, and replaced only if present, when the client asks for that', async () => {
    expect(await put('ONCE', RULES, { 'if-match': '*' })).toMatchObject(STALE);
    expect(await put('ONCE', RULES, { 'if-match': '"any"' })).toMatchObject(STALE);
    expect(await put('ONCE', RULES, { 'if-none-match': '*' })).toMatchObject({ status: 201 });
    expect(await put('ONCE', RULES, { 'if-none-match': '*' })).toMatchObject(STALE);
    expect(await put('ONCE', RULES, { 'if-none-match': `W/${await tagOf('ONCE')}` })).toMatchObject(STALE);
    expect(await put('ONCE', RULES, { 'if-none-match': '"another"' })).toMatchObject({ status: 200 });
  });

  it.each(['nope', '"open', '*, "a"', 'W/a', '"a" "b"', ''])(
    'refuse a header that is not a list of entity tags: %j',
    async (tags) => {
      for (const header of ['if-match', 'if-none-match']) {
        expect(await put('MALFORMED', RULES, { [header]: tags })).toMatchObject({
          status: 400,
          body: { errors: [{ at: `headers/${header}` }] },
        });
      }
    },
  );

  it('can be guarded by their rules alone: a sale in between does no harm', async () => {
    await sales.warehouse.stockProduct('SOLD', 10);
    const seen = await tagOf('SOLD');
    expect((await sales.buy('SOLD')).statusCode).toBe(201);
    expect(await tagOf('SOLD')).not.toBe(seen);
    expect(await patch('SOLD', { priceKrw: 7 }, { 'if-match': seen })).toMatchObject({
      status: 200,
      body: { stock: { onHand: 9 } },
    });
    expect(await patch('SOLD', { priceKrw: 8 }, { 'if-match': seen })).toMatchObject(STALE);
  });

  it('guard an adjustment by the tag of the stock as well', async () => {
    await sales.warehouse.stockProduct('COUNTED', 10);
    const adjust = (ifMatch: string) =>
      sales.ask('POST', '/products/COUNTED/adjustments', {
        body: { delta: -1, note: 'count' },
        headers: { 'if-match': ifMatch },
      });
    const seen = await tagOf('COUNTED');
    await sales.buy('COUNTED');
    expect(await adjust(seen)).toMatchObject(STALE);
    const adjusted = await adjust(await tagOf('COUNTED'));
    expect(adjusted).toMatchObject({ status: 200, body: { stock: { onHand: 8 } } });
    expect(adjusted.headers).toMatchObject({
      etag: await tagOf('COUNTED'),
      'content-location': '/products/COUNTED',
    });
  });

  it.each([
    ['operators', {}],
    ['buyers', { 'x-api-key': undefined }],
  ])('are sent to %s again only after a change, of the stock included', async (_, who) => {
    const sku = `CACHED-${_}`;
    await sales.warehouse.stockProduct(sku, 10);
    const first = await get(sku, who);
    const tag = String(first.headers.etag);
    for (const tags of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const again = await get(sku, { ...who, 'if-none-match': tags });
      expect(again).toMatchObject({ status: 304, text: '', headers: { etag: tag, vary: 'X-Api-Key' } });
    }
    expect(await get(sku, { ...who, 'if-match': '"other"' })).toMatchObject(STALE);
    await sales.buy(sku);
    expect(await get(sku, { ...who, 'if-none-match': tag })).toMatchObject({
      status: 200,
      body: { stock: { onHand: 9 } },
    });
  });

  it('answer each of 16 simultaneous changes with the state that it saved', async () => {
    await put('AT-ONCE');
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, index) => put('AT-ONCE', { ...RULES, priceKrw: 1_000 + index })),
    );
    expect(answers.map(({ status, body }) => [status, body.priceKrw])).toEqual(
      answers.map((_, index) => [200, 1_000 + index]),
    );
    expect(new Set(answers.map(({ headers }) => headers.etag)).size).toBe(16);
  }, 30_000);

  it('are created once by 16 simultaneous requests, and changed once by 16 with the same ETag', async () => {
    const created = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        put('RACE', { ...RULES, priceKrw: index }, { 'if-none-match': '*' }),
      ),
    );
    expect(created.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(15).fill(412)]);
    const seen = await tagOf('RACE');
    const changed = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        patch('RACE', { priceKrw: 100 + index }, { 'if-match': seen }),
      ),
    );
    expect(changed.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(15).fill(412)]);
    expect((await get('RACE')).body).toEqual(changed.find(({ status }) => status === 200)!.body);
  }, 30_000);

  it('show buyers the public members only', async () => {
    await put('PUBLIC');
    const nobody = { headers: { 'x-api-key': undefined } };
    const shown = await sales.ask('GET', '/products/PUBLIC', nobody);
    expect(Object.keys(shown.body).sort()).toEqual([
      'customerWindowSeconds',
      'maxPerCustomer',
      'maxPerSale',
      'name',
      'priceKrw',
      'salesFrom',
      'salesUntil',
      'sku',
      'status',
      'stock',
    ]);
    const { items } = (await sales.ask('GET', '/products?cursor=KEPT', nobody)).body;
    expect(items[0]).not.toHaveProperty('adManagerEmail');
    expect((await sales.ask('GET', '/products?cursor=KEPT')).body.items[0]).toHaveProperty('adManagerEmail');
    expect(await get('PUBLIC', { 'x-api-key': 'wrong' })).toMatchObject({ status: 401 });
  });
});

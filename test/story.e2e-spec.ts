import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../libs/runtime/src/testing/eventually.js';
import { COMPUTES, RunningSystem } from './running-system.js';

describe.each(COMPUTES)('the whole story, on %s', (COMPUTE) => {
  let system: RunningSystem;

  beforeAll(async () => {
    system = await RunningSystem.start({ COMPUTE });
  }, 90_000);

  afterAll(() => system.remove(), 60_000);

  it('sells, sells out, shows the refused buyer the restock order, and sells again', async () => {
    const sku = 'CP-502101';
    const opening = (await system.stock(sku)).onHand;

    const first = await system.buy(sku, 2);
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ status: 'CONFIRMED', totalKrw: 39_800 });
    expect(first.headers.get('location')).toBe(`/sales/${first.body.id}`);
    const { token } = first.body;
    expect({ ...(await system.get(`/sales/${first.body.id}`)).body, token }).toEqual(first.body);
    expect((await system.stock(sku)).onHand).toBe(opening - 2);

    // Orders go out at the reorder point: keep the goods away until the shelf is empty.
    await system.setFaults({ leadTimeMs: 4_000 });
    expect((await system.buy(sku, opening - 2)).status).toBe(201);
    const refused = await system.buy(sku, 1);
    expect(refused.status).toBe(409);
    expect(refused.headers.get('content-type')).toMatch('application/problem+json');
    const { id, quantity } = refused.body.shortages[0].restockOrder;
    expect(refused.body).toMatchObject({
      code: 'STOCK.INSUFFICIENT',
      shortages: [
        { sku, requestedQuantity: 1, availableQuantity: 0, restockOrder: { id: expect.any(String) } },
      ],
    });

    await eventually(async () => expect((await system.stock(sku)).onHand).toBe(quantity));
    expect((await system.buy(sku, 1)).status).toBe(201);
    const { body: order } = await system.get(`/restock-orders/${id}`);
    expect(order).toMatchObject({ status: 'RECEIVED', receivedQuantity: quantity });
    expect(order.timeline.map(({ kind }: { kind: string }) => kind)).toEqual([
      'REQUESTED',
      'ORDERED',
      'GOODS_RECEIVED',
      'RECEIVED',
    ]);
    await system.setFaults({ leadTimeMs: 1_000 });
    expect(system.reconcile()).toBeUndefined();
  });

  it('sends one mail when stock runs out, and one when it is back', async () => {
    await eventually(async () => {
      const subjects = (await system.mails()).map(({ to, subject }) => `${to} ${subject}`);
      expect(subjects.filter((line) => line.includes('CP-502101')).sort()).toEqual([
        'ad-manager@donut-states.example [Donut-States] 도넛 (CP-502101) is back',
        'ad-manager@donut-states.example [Donut-States] 도넛 (CP-502101) is sold out',
        'factory-manager@donut-states.example [Donut-States] 도넛 (CP-502101) is sold out',
      ]);
    });
  });

  it('answers a repeated request with the same sale, and refuses another one under its key', async () => {
    const sku = await system.newProduct(10);
    const key = { 'Idempotency-Key': `key-${sku}` };
    const first = await system.buy(sku, 1, key);
    const again = await system.buy(sku, 1, key);
    expect(again.status).toBe(201);
    expect(again.body).toEqual(first.body);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await system.buy(sku, 2, key)).toMatchObject({ status: 422, body: { code: 'SALE.KEY_REUSED' } });
    expect((await system.stock(sku)).onHand).toBe(9);
  });

  it('waits for a factory that is away, mails when it begins and when it is over, and goes on by itself', async () => {
    const skus = [await system.newProduct(1), await system.newProduct(1), await system.newProduct(1)];
    const subjects = async () => (await system.mails()).map(({ subject }) => subject);
    const aboutFactories = async () => (await subjects()).filter((line) => /Factory .* is/.test(line));
    const timesBack = async () => {
      const lines = await subjects();
      return skus.map((sku) => lines.filter((line) => line.endsWith(`(${sku}) is back`)).length);
    };
    // The mails of the first goods: they may come a little after the goods.
    await eventually(async () => expect(await timesBack()).toEqual([1, 1, 1]), 30_000);
    expect(await aboutFactories()).toEqual([]);
    await system.setFaults({ failurePercent: 100 });
    for (const sku of skus) expect((await system.buy(sku, 1)).status).toBe(201);
    const orders = await Promise.all(skus.map(async (sku) => (await system.openRestockOrder(sku))!));
    const status = async (id: string) => (await system.get(`/restock-orders/${id}`)).body.status;
    await eventually(async () => {
      expect(await Promise.all(orders.map(({ id }) => status(id)))).toEqual(
        orders.map(() => 'WAITING_FOR_FACTORY'),
      );
    }, 30_000);
    expect((await system.get(`/restock-orders/${orders[0]!.id}`)).body).toMatchObject({
      nextAttemptAt: expect.any(String),
      lastError: expect.stringContaining('the factory answered 500'),
    });
    const isAway = expect.stringMatching(/Factory .* is away$/);
    await eventually(async () => expect(await aboutFactories()).toEqual([isAway]), 30_000);

    await system.setFaults({ failurePercent: 0 });
    await eventually(async () => {
      const onHand = await Promise.all(skus.map(async (sku) => (await system.stock(sku)).onHand));
      expect(onHand).toEqual(orders.map(({ quantity }) => quantity));
    }, 60_000);
    await eventually(async () => expect(await timesBack()).toEqual([2, 2, 2]), 30_000);
    const isBack = expect.stringMatching(/Factory .* is back$/);
    await eventually(async () => expect(await aboutFactories()).toEqual([isAway, isBack]), 30_000);
    expect((await system.get('/dead-letters?queue=restock&status=OPEN')).body.items).toEqual([]);
    expect(system.reconcile()).toBeUndefined();
  }, 150_000);

  it('lists a dead letter with its cause when the factory refuses the order, mails once, and a redrive ends in stock', async () => {
    const sku = await system.newProduct(1);
    await system.setFaults({ failurePercent: 100, failureStatus: 422 });
    expect((await system.buy(sku, 1)).status).toBe(201);
    const order = (await system.openRestockOrder(sku))!;

    const letter = await eventually(async () => {
      const { body } = await system.get('/dead-letters?queue=restock&status=OPEN');
      const found = body.items.find(
        ({ cause }: { cause: { code: string } }) => cause.code === 'FACTORY.REFUSED',
      );
      expect(found).toBeDefined();
      return found;
    });
    const { body: details } = await system.get(`/dead-letters/${letter.id}`);
    expect(JSON.parse(details.body)).toEqual({ restockOrderId: order.id });
    expect(details.attempts.map(({ receiveCount }: { receiveCount: number }) => receiveCount)).toEqual([
      1, 2, 3,
    ]);
    expect(details.cause.detail).toBe('the factory answered 422');
    expect((await system.get(`/restock-orders/${order.id}`)).body).toMatchObject({
      status: 'DEAD_LETTERED',
      attempts: 3,
    });
    const alerts = async () =>
      (await system.mails()).filter(({ subject }) => subject.includes('FACTORY.REFUSED'));
    await eventually(async () => expect(await alerts()).toHaveLength(1));
    expect((await alerts())[0]).toMatchObject({
      to: 'operations@example.com',
      text: expect.stringContaining(`/dead-letters/${letter.id}/redrive`),
    });

    await system.setFaults({ failurePercent: 0, failureStatus: 500 });
    expect(await system.post(`/dead-letters/${letter.id}/redrive`, { by: 'kim' })).toMatchObject({
      status: 200,
      body: { status: 'REDRIVEN', resolvedBy: 'operations' },
    });
    expect(await system.post(`/dead-letters/${letter.id}/redrive`)).toMatchObject({
      status: 409,
      body: { code: 'DEAD_LETTER.RESOLVED', detail: expect.stringContaining('REDRIVEN') },
    });
    await eventually(async () => expect((await system.stock(sku)).onHand).toBe(order.quantity));
    expect(await alerts()).toHaveLength(1);
    expect(system.reconcile()).toBeUndefined();
  });

  describe("the tutorial's probe", () => {
    it('adds one on the spot', async () => {
      expect(await system.post('/hello', { input: 1 })).toMatchObject({
        status: 200,
        body: { message: '메시지를 받았습니다. 입력값: 1, 결과: 2' },
      });
    });

    it.each([{ input: 'one' }, { input: '1' }, { input: null }, {}, [], 7])('refuses %j', async (body) => {
      expect(await system.post('/hello', body)).toMatchObject({
        status: 400,
        body: { status: 400, message: expect.any(String) },
      });
      expect((await system.post('/produce', body)).status).toBe(400);
    });

    it('has the worker add one and print it', async () => {
      const produced = await system.post('/produce', { input: 41 }, { dataType: 'json' });
      expect(produced).toMatchObject({ status: 200, body: { message: 'Message accepted!' } });
      await eventually(() => expect(system.output).toContain('메시지를 받았습니다. 입력값: 41, 결과: 42'));
    });

    it('says that no body was found', async () => {
      expect(await system.post('/produce')).toMatchObject({
        status: 400,
        body: { message: 'No body was found' },
      });
      expect(await system.post('/hello')).toMatchObject({
        status: 400,
        body: { message: 'No body was found' },
      });
    });

    it('delays for holders of the operations key alone, since a delay may end in a dead letter', async () => {
      const asStranger = { 'x-api-key': '' };
      expect(await system.post('/produce', { input: 1 }, asStranger)).toMatchObject({ status: 200 });
      expect(await system.post('/produce', { input: 1, delayMs: 1 }, asStranger)).toMatchObject({
        status: 401,
        body: { code: 'AUTH.KEY_REQUIRED' },
      });
    });

    it('ends in the dead-letter queue after 3 receives when it takes longer than its time limit', async () => {
      await system.post('/produce', { input: 1, delayMs: 60_000 });
      const letter = await eventually(async () => {
        const { body } = await system.get('/dead-letters?queue=probe');
        expect(body.items).toHaveLength(1);
        return body.items[0];
      }, 60_000);
      expect(letter.cause).toMatchObject({ code: 'PROBE.TIME_LIMIT' });
      expect((await system.get(`/dead-letters/${letter.id}`)).body.attempts).toHaveLength(3);
    }, 90_000);
  });

  it('shows its health and metrics, and its documentation where it is a service', async () => {
    expect((await system.get('/health/ready')).body).toEqual({
      status: 'ok',
      checks: { database: 'ok', queue: 'ok' },
    });
    // An environment of a function counts for itself, and may not have sold yet.
    const outcome = COMPUTE === 'fargate' ? '{outcome="confirmed"}' : '';
    expect((await system.get('/metrics')).body).toContain(`donut_states_sales_total${outcome}`);
    expect((await system.get('/docs')).status).toBe(COMPUTE === 'fargate' ? 200 : 404);
    const { links } = (await system.get('/')).body;
    expect(links.docs).toBe(COMPUTE === 'fargate' ? '/docs' : undefined);
    for (const path of Object.values<string>(links)) expect((await system.get(path)).status).toBe(200);
    if (COMPUTE === 'lambda') return;
    const { body: openapi } = await system.get('/openapi.json');
    expect(Object.keys(openapi.paths).sort()).toEqual([
      '/',
      '/api-keys',
      '/api-keys/{id}/revoke',
      '/api-keys/{id}/rotate',
      '/audit',
      '/customers/forget',
      '/dead-letter-jobs',
      '/dead-letter-jobs/{id}',
      '/dead-letter-jobs/{id}/cancel',
      '/dead-letter-jobs/{id}/letters',
      '/dead-letter-jobs/{id}/start',
      '/dead-letters',
      '/dead-letters/groups',
      '/dead-letters/groups/mute',
      '/dead-letters/{id}',
      '/dead-letters/{id}/discard',
      '/dead-letters/{id}/redrive',
      '/errors/{code}',
      '/factories',
      '/factories/{id}',
      '/goods-receipts/{restockOrderId}',
      '/health/live',
      '/health/ready',
      '/hello',
      '/metrics',
      '/operator',
      '/produce',
      '/products',
      '/products/{sku}',
      '/products/{sku}/adjustments',
      '/products/{sku}/ledger',
      '/products/{sku}/movements',
      '/products/{sku}/restock-suggestion',
      '/reconcile',
      '/repairs',
      '/repairs/plan',
      '/restock-orders',
      '/restock-orders/{id}',
      '/restock-orders/{id}/cancel',
      '/sales',
      '/sales/{id}',
      '/sales/{id}/cancel',
      '/webhook-deliveries',
      '/webhook-deliveries/{id}',
      '/webhook-deliveries/{id}/resend',
      '/webhook-endpoints',
      '/webhook-endpoints/{id}',
      '/webhook-endpoints/{id}/rotate-secret',
    ]);
  });

  it('stops cleanly, and starts again on the same data', async () => {
    const sku = await system.newProduct(7);
    const sold = (await system.buy(sku, 3)).body;
    const mails = (await system.mails()).length;
    expect(await system.stop()).toBe(0);
    await system.restart();
    expect({ ...(await system.get(`/sales/${sold.id}`)).body, token: sold.token }).toEqual(sold);
    const bySale = { 'X-Sale-Token': sold.token };
    expect((await system.ask('GET', `/sales/${sold.id}`, undefined, bySale)).status).toBe(200);
    expect((await system.stock(sku)).onHand).toBe(4);
    expect((await system.mails()).length).toBeGreaterThanOrEqual(mails);
  }, 120_000);
});

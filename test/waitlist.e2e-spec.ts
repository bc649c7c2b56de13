import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../libs/runtime/src/testing/eventually.js';
import { OpsCommand } from './ops-command.js';
import { COMPUTES, OPERATIONS_API_KEY, RunningSystem } from './running-system.js';

/** What the answer to a sale that waits shows, to its buyer. */
interface Placed {
  id: string;
  token: string;
}

describe.each(COMPUTES)('the waitlist, on %s', (COMPUTE) => {
  let system: RunningSystem;
  /** Its goods come when the test brings them. */
  let sku: string;
  let other: string;

  beforeAll(async () => {
    system = await RunningSystem.start({ COMPUTE });
    sku = await system.newProduct(2);
    other = await system.newProduct(1);
    await system.setFaults({ leadTimeMs: 600_000 });
    expect((await system.buy(sku, 2)).status).toBe(201);
  }, 120_000);
  afterAll(() => system.remove(), 60_000);

  const wait = (quantity: number, customerEmail?: string, headers: Record<string, string> = {}) =>
    system.post(
      '/sales',
      { lines: [{ sku, quantity }], onShortage: 'backorder', customerEmail },
      { 'x-api-key': '', ...headers },
    );
  const asBuyer = (method: string, { id, token }: Placed) =>
    system.ask(method, `/sales/${id}`, undefined, { 'x-api-key': '', 'x-sale-token': token });
  const ops = (...parameters: string[]) =>
    new OpsCommand(
      { OPERATIONS_URL: system.url('sales', ''), OPERATIONS_KEY: OPERATIONS_API_KEY },
      parameters,
    ).result;

  it('fills sales in their order as goods come, tells the buyer, and lets nobody overtake', async () => {
    const first = await wait(3, 'first@example.com', { 'idempotency-key': `first-${sku}` });
    expect(first.status).toBe(202);
    expect(first.headers.get('location')).toBe(`/sales/${first.body.id}`);
    expect(first.body).toMatchObject({ status: 'WAITING', waiting: { position: 1 } });
    const second = await wait(2, 'second@example.com');
    expect(second.body).toMatchObject({ status: 'WAITING', waiting: { position: 2 } });
    const again = await wait(3, 'first@example.com', { 'idempotency-key': `first-${sku}` });
    expect(again.status).toBe(202);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toMatchObject({ id: first.body.id, token: first.body.token });

    await system.post(`/products/${sku}/adjustments`, { delta: 4, note: 'found in the yard' });
    expect((await asBuyer('GET', first.body)).body).toMatchObject({
      status: 'CONFIRMED',
      customerEmail: 'first@example.com',
    });
    expect((await asBuyer('GET', second.body)).body.waiting).toMatchObject({
      position: 1,
      lines: [{ sku, reservedQuantity: 1, missingUnits: 1 }],
    });
    // The unit that is there is kept: somebody who comes now is refused.
    expect((await system.buy(sku, 1)).status).toBe(409);
    await system.post(`/products/${sku}/adjustments`, { delta: 1, note: 'and one more' });
    expect((await asBuyer('GET', second.body)).body.status).toBe('CONFIRMED');
    await eventually(async () => {
      const mails = (await system.mails()).filter(({ text }) => text.includes(first.body.id));
      expect(mails).toMatchObject([{ to: 'first@example.com' }]);
    }, 30_000);
    expect(system.reconcile()).toBeUndefined();
  }, 60_000);

  it('is left by the token of the sale alone, once', async () => {
    const { body } = await wait(1, 'leaver@example.com');
    const wrong = { id: body.id, token: `${body.token.slice(1)}A` };
    expect(await asBuyer('DELETE', wrong)).toMatchObject({ status: 403, body: { code: 'SALE.TOKEN_WRONG' } });
    const shown = await system.ask('GET', `/sales/${body.id}`, undefined, { 'x-api-key': '' });
    expect(shown.body).toMatchObject({ status: 'WAITING', customerEmail: null });
    expect(await asBuyer('DELETE', body)).toMatchObject({ status: 200, body: { status: 'CANCELLED' } });
    expect(await asBuyer('DELETE', body)).toMatchObject({ status: 409, body: { code: 'SALE.NOT_WAITING' } });
  });

  it('expires, with a mail', async () => {
    const waitUntil = new Date(Date.now() + 2_000).toISOString();
    const asked = { lines: [{ sku, quantity: 1 }], onShortage: 'backorder', waitUntil };
    const { body } = await system.post('/sales', { ...asked, customerEmail: 'late@example.com' });
    expect(body.waiting.waitUntil).toBe(waitUntil);
    await eventually(async () => expect((await asBuyer('GET', body)).body.status).toBe('EXPIRED'), 30_000);
    await eventually(async () => {
      expect((await system.mails()).filter(({ to }) => to === 'late@example.com')).toHaveLength(1);
    }, 30_000);
  }, 90_000);

  it('is served with the units of a sale that an operator cancels, by npm run ops', async () => {
    const sold = (await system.buy(other, 1)).body as Placed;
    const { body } = await system.post('/sales', {
      lines: [{ sku: other, quantity: 1 }],
      onShortage: 'backorder',
      customerEmail: 'next@example.com',
    });
    const listed = await ops('sales', '--waiting', '--sku', other);
    expect(listed).toMatchObject({ status: 0, stderr: '' });
    expect(listed.stdout).toMatch(
      new RegExp(`^${body.id.slice(-8)} +WAITING +1 ${other} .* next@example.com`, 'm'),
    );
    const shown = await ops('sales', 'show', body.id.slice(-8));
    expect(shown.stdout).toMatch(/^State +WAITING$/m);
    expect(shown.stdout).toMatch(/^Position +1$/m);

    const cancelled = await ops('sales', 'cancel', sold.id, '--note', 'came back');
    expect(cancelled).toMatchObject({ status: 0, stderr: '' });
    expect(cancelled.stdout).toMatch(/^State +CANCELLED$/m);
    expect((await asBuyer('GET', body)).body.status).toBe('CONFIRMED');
    expect(await ops('sales', 'cancel', sold.id)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('SALE.ENDED'),
    });
    expect((await ops('sales', '--waiting', '--sku', other)).stdout).toBe('No sale waits.\n');
    expect((await system.get('/audit?limit=1')).body.items[0]).toMatchObject({
      action: 'sale.cancelled',
      subjectId: sold.id,
      note: 'came back',
      oldValues: { status: 'CONFIRMED' },
    });
    const { totals } = (await system.get(`/products/${other}/ledger`)).body as {
      totals: { reason: string; units: number }[];
    };
    const sums = Object.fromEntries(totals.map(({ reason, units }) => [reason, units]));
    expect(sums).toMatchObject({ SALE: -1, RETURN: 1, BACKORDER_FILL: -1 });
    expect(system.reconcile()).toBeUndefined();
  }, 60_000);
});

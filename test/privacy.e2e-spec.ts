import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../libs/runtime/src/testing/eventually.js';
import { OpsCommand } from './ops-command.js';
import { OPERATIONS_API_KEY, RunningSystem } from './running-system.js';

describe('the address of a buyer', () => {
  let system: RunningSystem;

  beforeAll(async () => {
    // Everything that sales and worker ever log.
    system = await RunningSystem.start({ REQUEST_LOG: 'all', LOG_LEVEL: 'verbose' });
  }, 90_000);
  afterAll(() => system.remove(), 60_000);

  it('is in no line of the log, whatever becomes of the purchase', async () => {
    const email = 'story.buyer@example.com';
    const sku = await system.newProduct(2);
    const buy = async (body: object, headers: Record<string, string> = {}) =>
      system.post('/sales', { lines: [{ sku, quantity: 1 }], customerEmail: email, ...body }, headers);
    const webhook = { url: 'http://127.0.0.1:9/', eventTypes: ['sale.confirmed'] };
    expect((await system.post('/webhook-endpoints', webhook)).status).toBe(201);
    const key = { 'Idempotency-Key': 'story-buyer' };
    const sold = await buy({}, key);
    expect([sold.status, (await buy({}, key)).status]).toEqual([201, 201]);
    expect((await buy({ lines: [{ sku, quantity: 2 }] }, key)).status).toBe(422);
    expect((await buy({ lines: [{ sku, quantity: 40 }] })).status).toBe(409);
    expect((await buy({ lines: [{ sku: 'NO-SUCH', quantity: 1 }] })).status).toBe(404);
    expect((await buy({ customerEmail: `${email} ` })).status).toBe(400);
    expect((await system.get(`/sales?customerEmail=${email}`)).body.items).toHaveLength(1);
    const wrong = { 'X-Sale-Token': email.replace('@', '-') };
    expect((await system.ask('GET', `/sales/${sold.body.id}`, undefined, wrong)).status).toBe(403);
    // A worker logs the outage of the endpoint, whose event has the address.
    await eventually(async () => {
      const { items } = (await system.get('/webhook-deliveries')).body;
      expect(items.some(({ attempts }: { attempts: number }) => attempts > 0)).toBe(true);
    });
    const forgotten = await system.post('/customers/forget', { email, note: email });
    expect(forgotten).toMatchObject({ status: 200, body: { erased: { sales: 1, webhookDeliveries: 1 } } });
    expect((await system.get(`/sales/${sold.body.id}`)).body.customerEmail).toBeNull();
    expect(system.output).toContain('/sales');
    expect(system.output.toLowerCase()).not.toMatch(/story\.buyer/);
  }, 60_000);

  it('is counted and erased by npm run ops -- forget', async () => {
    const sku = await system.newProduct(5);
    const email = 'Ops.Buyer@example.com';
    const { body: sold } = await system.post('/sales', {
      lines: [{ sku, quantity: 1 }],
      customerEmail: email,
    });
    const ops = async (...parameters: string[]) => {
      const variables = { OPERATIONS_URL: system.url('sales', ''), OPERATIONS_KEY: OPERATIONS_API_KEY };
      return new OpsCommand(variables, ['forget', email.toLowerCase(), ...parameters]).result;
    };
    const shown = async () => (await system.get(`/sales/${sold.id}`)).body.customerEmail;
    const table = expect.stringMatching(/^IN +ROWS\nsales +1\n/);
    expect(await ops('--dry-run')).toMatchObject({ status: 0, stdout: table, stderr: '' });
    // Nobody can be asked.
    expect(await ops()).toMatchObject({ status: 1, stderr: expect.stringContaining('Nothing was changed') });
    expect(await shown()).toBe(email);
    const erased = await ops('--yes', '--note', `${email} asked by mail`);
    expect(erased).toMatchObject({ status: 0, stdout: table, stderr: '' });
    const [, customer] = /customer:([0-9a-f]{16})\./.exec(erased.stdout)!;
    expect(await shown()).toBeNull();
    expect((await system.get(`/audit?subjectType=customer&subjectId=${customer}`)).body.items).toMatchObject([
      { action: 'customer.forgotten', note: '[erased] asked by mail' },
    ]);
    expect((await ops('--yes')).stdout).toBe('The address stands nowhere.\n');
    expect(JSON.parse((await ops('--dry-run', '--json')).stdout)).toMatchObject({ dryRun: true });
  }, 60_000);
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { signOrder } from '#inventory';
import { eventually } from '../../libs/runtime/src/testing/eventually.js';
import { CALLBACK_SIGNING_KEY, RunningSystem } from '../running-system.js';
import { ApiDocument, type ApiOperation } from './api-document.js';

const document = ApiDocument.committed();

const CUSTOMER_SIGNING_KEY = 'test-customer-signing-key-32-chars';

const EXAMPLE_WAIT_UNTIL = '2026-12-24T09:00:00Z';

const IN_BODY = 'body: ';

const EXAMPLE_ID = '01990b7e-5c1d-7a52-9d0e-3f6f1c2a8b41';

/**
 * What an example names that is not in a new warehouse: each is put in the place of it. Parameters have their name, and what stands
 * in a body itself, behind {@link IN_BODY}.
 */
type Substitutes = Record<string, string>;

describe('an example of the API', () => {
  const answers = [...document.operations()].flatMap(({ method, template, operation }) =>
    Object.entries(operation.responses).flatMap(([status, { content = {} }]) =>
      Object.entries(content).flatMap(([, { schema, example, examples = {} }]) => {
        const values = example === undefined ? Object.entries(examples) : [['example', { value: example }]];
        return (values as [string, { value: unknown }][]).map(
          ([name, { value }]) => [`${method} ${template} ${status} ${name}`, schema, value] as const,
        );
      }),
    ),
  );

  it('is there for every answer that has a body', () => {
    for (const { operation } of document.operations()) {
      for (const { content = {} } of Object.values(operation.responses)) {
        for (const { example, examples } of Object.values(content)) expect(example ?? examples).toBeDefined();
      }
    }
    expect(answers.length).toBeGreaterThan(200);
  });

  it.each(answers)('of an answer is one: %s', (_, schema, value) => {
    expect(document.complaintsAboutValue(schema, value)).toEqual([]);
  });
});

describe('a request that is made from its examples', () => {
  let system: RunningSystem;
  let substitutes: Record<string, Substitutes>;

  beforeAll(async () => {
    system = await RunningSystem.start({ CUSTOMER_SIGNING_KEY });
    substitutes = await warehouseWithEverything(system);
  }, 90_000);
  afterAll(() => system.remove(), 60_000);

  it.each([...document.operations()].map((found) => [found.operation.operationId, found] as const))(
    'is served: %s',
    async (_, { method, template, operation }) => {
      const { path, headers, body } = requestOf(
        template,
        operation,
        substitutes[operation.operationId] ?? {},
      );
      const answer = await system.ask(method, path, body, headers);
      expect(Object.keys(operation.responses).filter((status) => status.startsWith('2'))).toContain(
        String(answer.status),
      );
    },
  );
});

function requestOf(template: string, { parameters = [], requestBody }: ApiOperation, given: Substitutes) {
  const value = (name: string, example: unknown) => given[name] ?? String(example);
  const of = (part: string) =>
    parameters
      .filter((parameter) => parameter.in === part)
      .map(({ name, example }) => [name, value(name, example)]);
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) =>
    value(name, parameters.find((parameter) => parameter.name === name)!.example),
  );
  const query = new URLSearchParams(of('query') as [string, string][]).toString();
  const [mediaType, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  return {
    path: query ? `${path}?${query}` : path,
    headers: {
      ...Object.fromEntries(of('header')),
      ...(mediaType && { 'content-type': mediaType }),
      // Each write once, whatever ran before.
      ...(parameters.some(({ name }) => name === 'idempotency-key') && { 'idempotency-key': randomUUID() }),
    } as Record<string, string>,
    body: media && (JSON.parse(bodyOf(media.example, given)) as object),
  };
}

/** With what is there in the place of what is not. */
function bodyOf(example: unknown, given: Substitutes): string {
  const replaced = Object.entries(given).filter(([name]) => name.startsWith(IN_BODY));
  return replaced.reduce(
    (text, [name, value]) => text.replaceAll(name.slice(IN_BODY.length), value),
    JSON.stringify(example),
  );
}

/** Makes what the examples speak of, and says under which ids it is there, for each operation that asks for some. */
async function warehouseWithEverything(system: RunningSystem): Promise<Record<string, Substitutes>> {
  const sku = 'CP-502101';
  const { id: saleId, token: saleToken } = (await system.buy(sku, 1)).body;
  const products = [await system.newProduct(1), await system.newProduct(1), await system.newProduct(1)];
  const order = async (index: number) => {
    await system.buy(products[index]!, 1);
    return (await system.openRestockOrder(products[index]!))!;
  };
  await system.setFaults({ leadTimeMs: 600_000 });
  const ordered = await order(0);
  await eventually(async () =>
    expect((await system.get(`/restock-orders/${ordered.id}`)).body.status).toBe('ORDERED'),
  );
  const sales = await saleIds(system, products[0]!);
  await system.setFaults({ leadTimeMs: 1_000, failurePercent: 100, failureStatus: 422 });
  await order(1);
  await order(2);
  const letters = await eventually(async () => {
    const { items } = (await system.get('/dead-letters?queue=restock&status=OPEN')).body;
    expect(items).toHaveLength(2);
    return items as { id: string; about: { restockOrderId: string } }[];
  }, 30_000);
  await system.setFaults({ failurePercent: 0, failureStatus: 500 });
  const webhooks = await webhookIds(system);
  const keys = await apiKeyIds(system);
  const jobs = await jobIds(system);
  const expires = Math.floor(Date.now() / 1_000) + 3_600;
  const goods = {
    restockOrderId: ordered.id,
    sku,
    factoryId: 'FF-500293',
    quantity: 100,
    expiresAtSeconds: expires,
  };
  return {
    ...webhooks,
    ...keys,
    ...jobs,
    ...sales,
    // For a product that is new.
    saveProduct: { [`${IN_BODY}"openingStock":100,`]: '' },
    listAuditEntries: { cursor: (await system.get('/audit?limit=1')).body.items[0].id },
    getSale: { id: saleId, 'x-sale-token': saleToken },
    listSales: { cursor: saleId },
    listMovements: { cursor: (await system.get(`/products/${sku}/movements?limit=1`)).body.items[0].id },
    listRestockOrders: { cursor: ordered.id },
    getRestockOrder: { id: ordered.id, 'if-match': '*' },
    cancelRestockOrder: { id: ordered.id },
    listDeadLetters: { cursor: letters[0]!.id },
    getDeadLetter: { id: letters[0]!.id },
    redriveDeadLetter: { id: letters[0]!.id, [IN_BODY + EXAMPLE_ID]: letters[0]!.about.restockOrderId },
    discardDeadLetter: { id: letters[1]!.id },
    receiveGoods: {
      restockOrderId: ordered.id,
      quantity: '100',
      expires: String(expires),
      signature: signOrder(CALLBACK_SIGNING_KEY, goods),
    },
  };
}

/** @param soldOut its goods come after the test */
async function saleIds(system: RunningSystem, soldOut: string): Promise<Record<string, Substitutes>> {
  const wait = { lines: [{ sku: soldOut, quantity: 1 }], onShortage: 'backorder' };
  const waiting = (await system.post('/sales', wait)).body;
  const customer = new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setSubject('7');
  const key = new TextEncoder().encode(CUSTOMER_SIGNING_KEY);
  return {
    placeSale: {
      'x-customer-token': await customer.setExpirationTime('1h').sign(key),
      // The wait of the example is over some day.
      [IN_BODY + EXAMPLE_WAIT_UNTIL]: new Date(Date.now() + 3_600_000).toISOString(),
    },
    leaveWaitlist: { id: waiting.id, 'x-sale-token': waiting.token },
    cancelSale: { id: (await system.buy('CP-502101', 1)).body.id },
  };
}

async function jobIds(system: RunningSystem): Promise<Record<string, Substitutes>> {
  const ids = [];
  for (const note of ['started', 'cancelled']) {
    const plan = { text: 'no such letter', note };
    ids.push((await system.post('/dead-letter-jobs', plan)).body.id as string);
  }
  const [started, cancelled] = ids as [string, string];
  return {
    listDeadLetterJobs: { cursor: cancelled },
    getDeadLetterJob: { id: started },
    listDeadLetterJobLetters: { id: started },
    startDeadLetterJob: { id: started },
    cancelDeadLetterJob: { id: cancelled },
    muteDeadLetterGroup: {},
  };
}

async function apiKeyIds(system: RunningSystem): Promise<Record<string, Substitutes>> {
  const ids = [];
  for (const name of ['rotated', 'revoked']) {
    ids.push((await system.post('/api-keys', { name, role: 'viewer' })).body.id as string);
  }
  const [rotated, revoked] = ids as [string, string];
  return {
    listApiKeys: { cursor: 'rotated' },
    rotateApiKey: { id: rotated },
    revokeApiKey: { id: revoked },
  };
}

/** An endpoint that is not there, and what it is to be told of. */
async function webhookIds(system: RunningSystem): Promise<Record<string, Substitutes>> {
  const ids = [];
  for (const name of ['changed', 'removed']) {
    const { body } = await system.post('/webhook-endpoints', { url: `http://127.0.0.1:9/${name}` });
    ids.push(body.id as string);
  }
  const [changed, removed] = ids as [string, string];
  await system.buy('CP-502101', 1);
  const delivery = await eventually(async () => {
    const { items } = (await system.get(`/webhook-deliveries?endpointId=${changed}`)).body;
    expect(items).toHaveLength(1);
    return items[0] as { id: string };
  });
  return {
    listWebhookEndpoints: { cursor: removed },
    getWebhookEndpoint: { id: changed },
    changeWebhookEndpoint: { id: changed },
    rotateWebhookSecret: { id: changed },
    removeWebhookEndpoint: { id: removed },
    listWebhookDeliveries: { cursor: delivery.id, endpointId: changed },
    getWebhookDelivery: { id: delivery.id },
    resendWebhookDelivery: { id: delivery.id },
  };
}

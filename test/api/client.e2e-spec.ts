import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buyTwoDonuts } from '../../clients/typescript/example.js';
import { type Client, createClient } from '../../clients/typescript/src/client/index.js';
import {
  adjustStock,
  cancelRestockOrder,
  getProduct,
  getRestockOrder,
  getSale,
  listProducts,
  listSales,
  placeSale,
  reconcile,
  saveProduct,
} from '../../clients/typescript/src/index.js';
import { eventually } from '../../libs/runtime/src/testing/eventually.js';
import { OPERATIONS_API_KEY, RunningSystem } from '../running-system.js';

describe('the typed client', () => {
  let system: RunningSystem;
  let client: Client;
  let operators: Client;
  const sku = 'CLIENT-1';
  const buy = (quantity: number, key: string = randomUUID()) =>
    placeSale({ client, headers: { 'idempotency-key': key }, body: { lines: [{ sku, quantity }] } });

  beforeAll(async () => {
    system = await RunningSystem.start();
    const baseUrl = system.url('sales', '');
    client = createClient({ baseUrl });
    operators = createClient({ baseUrl, auth: () => OPERATIONS_API_KEY });
  }, 90_000);
  afterAll(() => system.remove(), 60_000);

  it('saves a product as an operator, and is refused without the key', async () => {
    const body = {
      name: '도넛',
      priceKrw: 1_000,
      maxPerSale: 10,
      factoryId: 'FF-500293',
      reorderPoint: 0,
      targetLevel: 10,
      lotSize: 10,
      adManagerEmail: 'ads@example.com',
    };
    const refused = await saveProduct({ client, path: { sku }, body });
    expect(refused.error?.code).toBe('AUTH.KEY_REQUIRED');
    const saved = await saveProduct({ client: operators, path: { sku }, body });
    expect(saved.data).toMatchObject({ sku, stock: { onHand: 0 } });
    await eventually(async () => {
      const { data } = await getProduct({ client, path: { sku } });
      expect(data?.stock.available).toBe(10);
    });
    const listed = await listProducts({ client, query: { limit: 100, inStock: true } });
    expect(listed.data?.items.map((product) => product.sku)).toContain(sku);
  });

  it('sells, repeats, and sells out, with the restock order of who comes too late', async () => {
    const key = randomUUID();
    const sold = await buy(4, key);
    expect(sold.data).toMatchObject({ status: 'CONFIRMED', totalKrw: 4_000 });
    const again = await buy(4, key);
    expect(again.data).toEqual(sold.data);
    expect(again.response?.headers.get('idempotent-replayed')).toBe('true');
    const { token, ...sale } = sold.data!;
    const headers = { 'x-sale-token': token };
    expect((await getSale({ client, path: { id: sale.id }, headers })).data).toEqual(sale);
    const found = await listSales({ client: operators, query: { idempotencyKey: key } });
    expect(found.data?.items).toEqual([sale]);

    await system.setFaults({ leadTimeMs: 3_000 });
    expect((await buy(6)).data).toBeDefined();
    const { error } = await buy(1);
    // The compiler knows which codes there are: another one here would not compile.
    if (error?.code !== 'STOCK.INSUFFICIENT') throw new Error(JSON.stringify(error));
    const [shortage] = error.shortages ?? [];
    expect(shortage).toMatchObject({ sku, requestedQuantity: 1, availableQuantity: 0 });
    const { id } = shortage!.restockOrder!;
    await eventually(async () => {
      const { data } = await getRestockOrder({ client, path: { id } });
      expect(data?.status).toBe('RECEIVED');
    });
    expect((await buy(1)).data).toBeDefined();
    const closed = await cancelRestockOrder({ client: operators, path: { id }, body: { by: 'kim' } });
    expect(closed.error?.code).toBe('RESTOCK_ORDER.CLOSED');
  }, 40_000);

  it('does what its README shows', async () => {
    const shown = readFileSync(join(import.meta.dirname, '../../clients/typescript/README.md'), 'utf8');
    const example = readFileSync(join(import.meta.dirname, '../../clients/typescript/example.ts'), 'utf8');
    const asShown = example
      .replace("'./src/client/index.js'", "'@donut-states/client/client'")
      .replace("'./src/index.js'", "'@donut-states/client'");
    expect(shown).toContain(asShown);
    const baseUrl = system.url('sales', '');
    expect(await buyTwoDonuts(baseUrl)).toMatch(/^sold for 39800 KRW: [0-9a-f-]{36}$/);
    const { data } = await getProduct({ client, path: { sku: 'CP-502101' } });
    const lines = [{ sku: 'CP-502101', quantity: data!.stock.available }];
    await placeSale({ client, headers: {}, body: { lines } });
    expect(await buyTwoDonuts(baseUrl)).toMatch(/^sold out; more comes at \d{4}-/);
  });

  it('tells which member is wrong, and agrees with the books', async () => {
    const wrong = await adjustStock({
      client: operators,
      path: { sku },
      body: { delta: 0, note: 'nothing' },
    });
    expect(wrong.error?.errors?.[0]?.pointer).toBe('/delta');
    const books = { clean: true, differences: [], full: false };
    expect((await reconcile({ client: operators })).data).toMatchObject(books);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../libs/runtime/src/testing/eventually.js';
import { RunningSystem } from './running-system.js';

/** Longer than what counts as the same signal. */
const BETWEEN_SIGNALS_MS = 600;

describe('npm start', () => {
  let system: RunningSystem;

  beforeAll(async () => {
    system = await RunningSystem.start();
  }, 90_000);

  afterAll(() => system.remove(), 60_000);

  it('makes its data private, also when it was readable before', async () => {
    const directory = system.variables.DATA_DIR!;
    const entries = () =>
      readdirSync(directory, { recursive: true, withFileTypes: true }).map((entry) => ({
        path: join(entry.parentPath, entry.name),
        wanted: entry.isDirectory() ? 0o700 : 0o600,
      }));
    const readable = () => entries().filter(({ path, wanted }) => (statSync(path).mode & 0o777) !== wanted);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(entries().length).toBeGreaterThan(8);
    expect(readable()).toEqual([]);

    await system.stop();
    chmodSync(directory, 0o755);
    for (const { path, wanted } of entries()) chmodSync(path, wanted === 0o700 ? 0o755 : 0o644);
    await system.restart();
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(readable()).toEqual([]);
  }, 120_000);

  it('finishes the order that the worker has in hand although it is asked to stop twice', async () => {
    const sku = 'CP-502101';
    await system.setFaults({ latencyMs: 3_000, leadTimeMs: 60_000 });
    const { onHand } = await system.stock(sku);
    await system.buy(sku, onHand);
    const { id } = (await system.openRestockOrder(sku))!;
    await eventually(async () => expect((await system.get(`/restock-orders/${id}`)).body.attempts).toBe(1));

    const { exited } = system;
    system.signal('SIGINT');
    await sleep(BETWEEN_SIGNALS_MS);
    system.signal('SIGINT');
    await eventually(() => expect(system.output).toMatch(/standalone \| Draining already.*A third signal/));
    expect(await exited).toBe(0);
    expect(system.output).toMatch(/worker +\| .*Stopped/);
    expect(system.output).not.toMatch(/SIGKILL|killed/);

    await system.restart();
    const { body: order } = await system.get(`/restock-orders/${id}`);
    expect(order).toMatchObject({ status: 'ORDERED', attempts: 1 });
    const { orders } = (await (await fetch(system.url('factory', '/manufactures'))).json()) as {
      orders: { productId: string }[];
    };
    expect(orders.filter(({ productId }) => productId === sku)).toHaveLength(1);
  }, 120_000);

  it('ends at once on a third signal, and leaves no process behind', async () => {
    await system.setFaults({ latencyMs: 20, leadTimeMs: 100 });
    const sku = await system.newProduct(5);
    await system.setFaults({ latencyMs: 20_000 });
    expect((await system.buy(sku, 5)).status).toBe(201);
    const { id } = (await system.openRestockOrder(sku))!;
    await eventually(async () => expect((await system.get(`/restock-orders/${id}`)).body.attempts).toBe(1));
    const exited = system.exited;
    for (let signals = 1; signals <= 3; signals += 1) {
      system.signal('SIGTERM');
      if (signals < 3) await sleep(BETWEEN_SIGNALS_MS);
    }
    expect(await exited).toBe(143);
    expect(system.output).toContain('Third signal: ended by SIGTERM');
    // Every port is free again.
    await system.restart();
  }, 120_000);
});

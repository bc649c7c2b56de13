import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freePorts } from '../libs/runtime/src/testing/free-ports.js';
import { bytesOf, exchange } from './raw-http.js';
import { RunningSystem } from './running-system.js';

const HIDDEN = ['/metrics', '/%6detrics', '/docs', '/%64ocs/', '/docs/scalar.js', '/openapi.json'];

let system: RunningSystem;
let salesPort: number;
let adminPort: number;

beforeAll(async () => {
  [adminPort] = (await freePorts(1)) as [number];
  system = await RunningSystem.start({ ADMIN_PORT: String(adminPort) });
  salesPort = Number(new URL(system.url('sales', '/')).port);
}, 90_000);

afterAll(() => system.remove(), 60_000);

const statusAt = async (port: number, path: string) =>
  (await exchange(port, bytesOf({ method: 'GET', path }))).status;

it('keeps metrics and docs from the public port, however their paths are written', async () => {
  for (const path of HIDDEN) {
    expect([path, await statusAt(salesPort, path)]).toEqual([path, 404]);
    expect([path, await statusAt(adminPort, path)]).toEqual([path, 200]);
  }
  for (const path of ['/health/live', '/health/ready', '/products']) {
    expect([path, await statusAt(salesPort, path)]).toEqual([path, 200]);
  }
});

it('prints the address of the docs, sells as before, and stops in order', async () => {
  expect(system.output).toContain(`http://127.0.0.1:${adminPort}/docs`);
  expect((await system.buy('CP-502101', 1)).status).toBe(201);
  expect(await system.stop()).toBe(0);
});

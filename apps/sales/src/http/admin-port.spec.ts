import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AddressInfo } from 'node:net';
import { SalesUnderTest } from '../testing/sales-under-test.js';

const ADMIN_PATHS = ['/metrics', '/%6detrics', '/%6Detrics?a=1', '/docs', '/docs/', '/%64ocs'].concat(
  '/docs/start.js',
  '/docs/scalar.js',
  '/openapi.json',
  '/openapi%2Ejson',
);

describe('a sales service with an admin port', () => {
  let sales: SalesUnderTest;
  let publicUrl: string;
  let adminUrl: string;

  beforeAll(async () => {
    sales = await SalesUnderTest.start({ ADMIN_PORT: '1' });
    await sales.warehouse.stockProduct('RING', 1);
    await sales.adminPort!.listen(0, '127.0.0.1');
    await sales.application.listen(0, '127.0.0.1');
    publicUrl = `http://127.0.0.1:${(sales.application.getHttpServer().address() as AddressInfo).port}`;
    adminUrl = `http://127.0.0.1:${sales.adminPort!.port}`;
  });
  afterAll(() => sales.stop());

  it.each(ADMIN_PATHS)('has no %s at its public port, for any method', async (path) => {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'DELETE']) {
      const answer = await fetch(publicUrl + path, { method });
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 404, null]);
      if (method !== 'HEAD') expect(await answer.json()).toMatchObject({ code: 'ROUTE.UNKNOWN' });
    }
  });

  it.each(ADMIN_PATHS.filter((path) => !path.includes('nope')))('has %s at its admin port', async (path) => {
    expect((await fetch(adminUrl + path)).status).toBe(200);
    const other = await fetch(adminUrl + path, { method: 'DELETE' });
    expect([other.status, other.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  it.each(['/health/live', '/products/RING'])('has %s at both ports', async (path) => {
    for (const url of [publicUrl, adminUrl]) expect((await fetch(url + path)).status).toBe(200);
  });

  it('answers malformed HTTP at its admin port as at the other', async () => {
    const answer = await fetch(adminUrl, { headers: { 'x-long': 'x'.repeat(17 * 1024) } });
    expect(answer.status).toBe(431);
    expect(await answer.json()).toMatchObject({ code: 'REQUEST.HEADERS_TOO_LARGE' });
  });

  it('closes both ports, and the connections that clients keep open', async () => {
    const kept = await SalesUnderTest.start({ ADMIN_PORT: '1' });
    await kept.adminPort!.listen(0, '127.0.0.1');
    await kept.application.listen(0, '127.0.0.1');
    const url = `http://127.0.0.1:${kept.adminPort!.port}/metrics`;
    expect(await (await fetch(url)).text()).toContain('process_cpu_seconds_total');
    await kept.stop();
    await expect(fetch(url)).rejects.toThrow();
  });
});

describe('a sales service without an admin port', () => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start();
  });
  afterAll(() => sales.stop());

  it.each(['/metrics', '/%6detrics', '/docs', '/openapi.json', '/health/live'])('has %s', async (url) => {
    expect(sales.adminPort).toBeUndefined();
    expect((await sales.application.inject(url)).statusCode).toBe(200);
  });
});

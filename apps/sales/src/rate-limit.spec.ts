import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SalesUnderTest } from './testing/sales-under-test.js';

const LOAD_BALANCER = '10.0.0.7';

describe('without a limit for each client', () => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start();
    await sales.warehouse.stockProduct('RING', 1_000);
  });
  afterAll(() => sales.stop());

  it('a client may buy without limit', async () => {
    const answers = await Promise.all(Array.from({ length: 300 }, () => sales.buy('RING')));
    expect(answers.filter(({ statusCode }) => statusCode !== 201)).toEqual([]);
  });

  it('neither the plugin nor the metric exists', async () => {
    const fastify = sales.application.getHttpAdapter().getInstance();
    expect(fastify.hasPlugin('@fastify/rate-limit')).toBe(false);
    expect((await sales.application.inject('/metrics')).body).not.toContain('rate_limited');
  });

  it('the API description says that requests may be refused, with Retry-After', async () => {
    const { paths, components } = (await sales.application.inject('/openapi.json')).json();
    const { responses } = paths['/sales'].post;
    for (const status of ['429', '503']) {
      expect(responses[status].headers['Retry-After']).toEqual({ $ref: '#/components/headers/Retry-After' });
    }
    expect(components.headers['Retry-After'].schema.type).toBe('integer');
  });
});

describe('a limit for each client', () => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start({ RATE_LIMIT_PER_MINUTE: '3' });
    await sales.warehouse.stockProduct('RING', 1_000);
  });
  afterAll(() => sales.stop());

  const statusesOf = async (requests: Parameters<SalesUnderTest['buy']>[1][]) => {
    const statuses: number[] = [];
    for (const request of requests) statuses.push((await sales.buy('RING', request)).statusCode);
    return statuses;
  };

  it('refuses requests above the limit, with a problem and Retry-After', async () => {
    const from = '192.0.2.10';
    expect(await statusesOf([{ from }, { from }, { from }])).toEqual([201, 201, 201]);
    const answer = await sales.buy('RING', { from });
    expect(answer.statusCode).toBe(429);
    expect(answer.headers['content-type']).toMatch('application/problem+json');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(answer.json()).toEqual({
      type: '/errors/REQUEST.RATE_LIMITED',
      title: 'One client sends too many requests',
      status: 429,
      code: 'REQUEST.RATE_LIMITED',
    });
    expect((await sales.application.inject('/metrics')).body).toMatch(/donut_states_rate_limited_total 1$/m);
  });

  it('tells how much of it is left, in each answer', async () => {
    const answers = [];
    for (let count = 0; count < 4; count += 1) {
      const { headers } = await sales.buy('RING', { from: '192.0.2.11' });
      answers.push([headers['ratelimit-limit'], headers['ratelimit-remaining']]);
      expect(Number(headers['ratelimit-reset'])).toBeGreaterThan(0);
    }
    expect(answers.map((pair) => pair.map(Number))).toEqual([
      [3, 2],
      [3, 1],
      [3, 0],
      [3, 0],
    ]);
  });

  it('does not affect other clients', async () => {
    await statusesOf(Array(4).fill({ from: '192.0.2.20' }));
    expect(await statusesOf([{ from: '192.0.2.21' }])).toEqual([201]);
  });

  it('does not let a client change its address by a header', async () => {
    const as = (address: string) => ({ from: '192.0.2.30', headers: { 'x-forwarded-for': address } });
    const requests = ['198.51.100.1', '198.51.100.2', '198.51.100.3', '198.51.100.4'].map(as);
    expect(await statusesOf(requests)).toEqual([201, 201, 201, 429]);
  });

  it('counts refused requests, too', async () => {
    const from = '192.0.2.40';
    for (let times = 1; times <= 3; times += 1) {
      expect((await sales.buy('NO-SUCH-SKU', { from })).statusCode).toBe(404);
    }
    expect(await statusesOf([{ from }])).toEqual([429]);
  });

  it('treats an IPv6 network of 64 bits as one client', async () => {
    const requests = ['2001:db8::1', '2001:db8::2', '2001:db8::3', '2001:db8::4', '2001:db8:0:1::1'];
    expect(await statusesOf(requests.map((from) => ({ from })))).toEqual([201, 201, 201, 429, 201]);
  });

  it('never limits health, metrics, or reads', async () => {
    const remoteAddress = '192.0.2.50';
    await statusesOf(Array(4).fill({ from: remoteAddress }));
    for (const url of ['/health/live', '/health/ready', '/metrics', '/products/RING']) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => sales.application.inject({ url, remoteAddress })),
      );
      expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    }
  });

  it('does not read the body of a request that it refuses', async () => {
    const from = '192.0.2.60';
    await statusesOf(Array(3).fill({ from }));
    const answer = await sales.application.inject({
      method: 'POST',
      url: '/sales',
      remoteAddress: from,
      headers: { 'content-type': 'application/json' },
      payload: '{"lines": [',
    });
    expect(answer.json()).toMatchObject({ code: 'REQUEST.RATE_LIMITED' });
  });
});

describe('a limit for each client behind a trusted proxy', () => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start({
      RATE_LIMIT_PER_MINUTE: '2',
      TRUSTED_PROXIES: '10.0.0.0/24, loopback',
    });
    await sales.warehouse.stockProduct('RING', 1_000);
  });
  afterAll(() => sales.stop());

  const buyThrice = async (from: string, ...forwardedFor: string[]) => {
    const statuses: number[] = [];
    for (const address of forwardedFor) {
      const answer = await sales.buy('RING', { from, headers: { 'x-forwarded-for': address } });
      statuses.push(answer.statusCode);
    }
    return statuses;
  };

  it('distinguishes clients by X-Forwarded-For', async () => {
    expect(await buyThrice(LOAD_BALANCER, '192.0.2.1', '192.0.2.2', '192.0.2.3')).toEqual([201, 201, 201]);
    expect(await buyThrice(LOAD_BALANCER, '192.0.2.4', '192.0.2.4', '192.0.2.4')).toEqual([201, 201, 429]);
  });

  it('distinguishes clients by address when proxies add ports', async () => {
    const clients = [
      '192.0.2.11:1000',
      '192.0.2.12:1000',
      '192.0.2.13:1000',
      '[2001:db8::1]:1',
      '[2001:db8:0:1::1]:1',
    ];
    expect(await buyThrice(LOAD_BALANCER, ...clients)).toEqual(Array(5).fill(201));
    const ports = ['192.0.2.14:1000', '192.0.2.14:1001', '192.0.2.14:1002, 10.0.0.9:4000'];
    expect(await buyThrice(LOAD_BALANCER, ...ports)).toEqual([201, 201, 429]);
  });

  it('uses the address that the proxy added, not those that the client sent', async () => {
    const spoofed = ['198.51.100.1, 192.0.2.5', '198.51.100.2, 192.0.2.5', '10.0.0.9, 192.0.2.5'];
    expect(await buyThrice(LOAD_BALANCER, ...spoofed)).toEqual([201, 201, 429]);
  });

  it('ignores the header of a client that is no trusted proxy', async () => {
    expect(await buyThrice('192.0.2.6', '198.51.100.1', '198.51.100.2', '198.51.100.3')).toEqual([
      201, 201, 429,
    ]);
  });

  it('treats all texts that are not an address as one client', async () => {
    expect(await buyThrice(LOAD_BALANCER, 'unknown', '_hidden', 'x'.repeat(8_000))).toEqual([201, 201, 429]);
  });
});

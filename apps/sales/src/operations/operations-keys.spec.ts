import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type LoggerService } from '@nestjs/common';
import { OPERATIONS_API_KEY, SalesUnderTest } from '../testing/sales-under-test.js';

const LIMIT = 5;

describe('the operations key', () => {
  let sales: SalesUnderTest;
  let lines: { message: string; facts: Record<string, unknown> }[];

  const recorder: LoggerService = {
    log: () => undefined,
    warn: (message: string, facts: Record<string, unknown>) => void lines.push({ message, facts }),
    error: () => undefined,
  };

  beforeEach(async () => {
    lines = [];
    sales = await SalesUnderTest.start({ WRONG_KEYS_PER_MINUTE: String(LIMIT), TRUSTED_PROXIES: 'loopback' });
    sales.application.useLogger(recorder);
  });
  afterEach(() => sales.stop());

  const ask = (key: string | undefined, from = '192.0.2.1') =>
    sales.application.inject({
      url: '/reconcile',
      remoteAddress: from,
      headers: key === undefined ? {} : { 'x-api-key': key },
    });
  const produce = (key: string, from = '192.0.2.1') =>
    sales.application.inject({
      method: 'POST',
      url: '/produce',
      remoteAddress: from,
      headers: { 'x-api-key': key },
      payload: { input: 1, delayMs: 1 },
    });
  const statusesOf = async (requests: Promise<{ statusCode: number }>[]) =>
    (await Promise.all(requests)).map(({ statusCode }) => statusCode);
  const guess = (times: number, from?: string) =>
    statusesOf(Array.from({ length: times }, (_, index) => ask(`wrong-${index}`, from)));

  it('is refused for an address that has sent too many wrong keys, even at the same time', async () => {
    const statuses = await guess(LIMIT + 3);
    expect(statuses.toSorted()).toEqual([...Array(LIMIT).fill(401), 429, 429, 429]);
  });

  it('sends Retry-After, and refuses even the right key until then, so that a guess shows nothing', async () => {
    await guess(LIMIT);
    const answer = await ask(OPERATIONS_API_KEY);
    expect(answer.statusCode).toBe(429);
    expect(answer.json()).toMatchObject({ code: 'REQUEST.RATE_LIMITED' });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(60 / LIMIT);
  });

  it('is counted together for all routes that check it', async () => {
    await guess(LIMIT - 1);
    expect((await produce('wrong')).statusCode).toBe(401);
    expect((await produce(OPERATIONS_API_KEY)).statusCode).toBe(429);
  });

  it('is accepted from other addresses meanwhile', async () => {
    await guess(LIMIT);
    expect((await ask(OPERATIONS_API_KEY, '192.0.2.2')).statusCode).toBe(200);
  });

  it('distinguishes addresses behind a proxy, with a port and without', async () => {
    const through = (address: string) =>
      sales.application.inject({
        url: '/reconcile',
        remoteAddress: '127.0.0.1',
        headers: { 'x-api-key': 'wrong', 'x-forwarded-for': address },
      });
    const attempts = Array.from({ length: LIMIT }, (_, index) => `198.51.100.1:${5_000 + index}`);
    expect(await statusesOf(attempts.map(through))).toEqual(Array(LIMIT).fill(401));
    expect(await statusesOf(['198.51.100.1', '198.51.100.2:5000'].map(through))).toEqual([429, 401]);
  });

  it('accepts any number of right keys, and does not count a missing key', async () => {
    expect(new Set(await statusesOf(Array.from({ length: 30 }, () => ask(undefined))))).toEqual(
      new Set([401]),
    );
    expect(await statusesOf(Array.from({ length: 3 * LIMIT }, () => ask(OPERATIONS_API_KEY)))).toEqual(
      Array(3 * LIMIT).fill(200),
    );
  });

  it('is counted when it is wrong, and logged a few times, without the key and the address', async () => {
    await guess(LIMIT);
    await guess(300 - LIMIT);
    await ask(undefined);
    const metrics = (await sales.application.inject('/metrics')).body;
    expect(metrics).toContain(`donut_states_operations_refused_total{reason="wrong"} ${LIMIT}`);
    expect(metrics).toContain(`donut_states_operations_refused_total{reason="limited"} ${300 - LIMIT}`);
    expect(metrics).toContain('donut_states_operations_refused_total{reason="missing"} 1');
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThanOrEqual(20);
    expect(lines[0]).toEqual({
      message: 'a request with a wrong operations key was refused',
      facts: { reason: 'wrong', route: '/reconcile', requestId: expect.any(String) },
    });
    expect(JSON.stringify(lines)).not.toMatch(/wrong-|192\.0/);
  });
});

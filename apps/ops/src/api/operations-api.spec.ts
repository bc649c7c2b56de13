import { afterEach, describe, expect, it } from '@jest/globals';
import { adjustStock, getOperator } from '#client';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { OperationsApi } from './operations-api.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

describe('the sales API as the command line reaches it', () => {
  let server: Server;
  let requests: { url: string; method: string; key?: string; idempotencyKey?: string }[];
  let warnings: string[];

  /** Each request gets the next answer; the last one is for all others. */
  const serve = async (...answers: Handler[]) => {
    requests = [];
    warnings = [];
    server = createServer((request, response) => {
      const { url = '', method = '', headers } = request;
      requests.push({
        url,
        method,
        key: headers['x-api-key'] as string,
        idempotencyKey: headers['idempotency-key'] as string,
      });
      answers[Math.min(requests.length, answers.length) - 1]!(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return new OperationsApi(
      { url, key: 'kim-key', keySource: 'OPERATIONS_KEY' },
      (text) => warnings.push(text),
      0.01,
    );
  };
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const answer =
    (status: number, body: unknown, headers: Record<string, string> = {}): Handler =>
    (_, response) =>
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body));
  const breakOff: Handler = (request) => request.socket.destroy();
  const unavailable = answer(503, { code: 'DATABASE.UNAVAILABLE', title: 'away' }, { 'retry-after': '0' });
  const operator = answer(200, { name: 'kim', role: 'operator' });

  const read = (api: OperationsApi) => api.read((request) => getOperator({ ...request }));
  const write = (api: OperationsApi) =>
    api.write((request) =>
      adjustStock({ ...request, path: { sku: 'RING' }, body: { delta: 1, note: 'found' } }),
    );

  it('gets the key in a header, and answers', async () => {
    expect(await read(await serve(operator))).toEqual({ name: 'kim', role: 'operator' });
    expect(requests).toMatchObject([{ url: '/operator', key: 'kim-key' }]);
  });

  it('is asked again under the same idempotency key when the answer of a write was lost', async () => {
    const api = await serve(breakOff, answer(502, 'bad gateway'), unavailable, answer(200, { sku: 'RING' }));
    expect(await write(api)).toEqual({ sku: 'RING' });
    expect(requests).toHaveLength(4);
    expect(new Set(requests.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    expect(requests[0]!.idempotencyKey).toMatch(/^[0-9a-f-]{36}$/);
    expect(warnings).toEqual([
      'The sales API did not answer: again in 0.01 s (attempt 2 of 4)',
      'The sales API answered 502: again in 0.02 s (attempt 3 of 4)',
      'The sales API answered 503: again in 0 s (attempt 4 of 4)',
    ]);
  });

  it('is not asked for ever', async () => {
    await expect(write(await serve(breakOff))).rejects.toThrow(/^No answer from http:\/\/127\.0\.0\.1:\d+: /);
    expect(requests).toHaveLength(4);
  });

  it('gets another idempotency key for another write', async () => {
    const api = await serve(answer(200, { sku: 'RING' }));
    await write(api);
    await write(api);
    expect(requests[0]!.idempotencyKey).not.toBe(requests[1]!.idempotencyKey);
  });

  it('is not asked twice where a repeat could do it twice, nor by a read without an answer', async () => {
    const api = await serve(breakOff);
    await expect(api.writeOnce((request) => getOperator({ ...request }))).rejects.toThrow(/^No answer/);
    await expect(read(api)).rejects.toThrow(/^No answer/);
    expect(requests).toHaveLength(2);
  });

  it('says what is wrong, and what to do about it', async () => {
    const problem = {
      title: 'The request breaks its schema',
      code: 'REQUEST.INVALID',
      detail: 'two faults',
      errors: [{ at: 'body/delta', message: 'must be integer' }],
    };
    const api = await serve(answer(400, problem), answer(200, { advice: 'Mend `delta`.' }));
    await expect(write(api)).rejects.toMatchObject({
      exitStatus: 1,
      json: problem,
      message:
        'The request breaks its schema (REQUEST.INVALID)\n  two faults\n  body/delta must be integer\n  What to do: Mend delta.',
    });
    expect(requests[1]).toMatchObject({ url: '/errors/REQUEST.INVALID' });
  });

  it('says so without advice where that cannot be had', async () => {
    const api = await serve(answer(409, { title: 'No', code: 'A.B' }), breakOff);
    await expect(read(api)).rejects.toThrow(/^No \(A\.B\)$/);
  });

  it('names the variable of a key that is not valid, and never the key', async () => {
    const api = await serve(answer(401, { title: 'A key is required', code: 'AUTH.KEY_REQUIRED' }));
    await expect(read(api)).rejects.toThrow(/^The key in OPERATIONS_KEY is not valid at http/);
    await expect(read(api)).rejects.not.toThrow(/kim-key/);
  });

  it('is told apart from another program at that URL', async () => {
    const page: Handler = (_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    await expect(read(await serve(page))).rejects.toThrow(/answered 200, and not as the sales API does/);
    server.close();
    await expect(read(await serve(answer(404, 'nothing here')))).rejects.toThrow(/answered 404, and not as/);
  });

  it('does not lead the key to another host', async () => {
    const api = await serve(answer(302, {}, { location: '/elsewhere' }), operator);
    await expect(read(api)).rejects.toThrow(/^No answer/);
    expect(requests).toHaveLength(1);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { RunningSystem } from './running-system.js';

const HEADERS = 'POST /hello HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';

interface SlowClient {
  name: string;
  /** What it sends at once. */
  first: string;
  /** What it sends again and again after that. */
  trickle?: string;
  /** It does not close its side when the server closes the other. */
  isDeaf?: boolean;
}

/** Each holds a connection for ever if the server lets it. */
const SLOW_CLIENTS: SlowClient[] = [
  { name: 'half of the headers', first: HEADERS },
  { name: 'headers a byte at a time', first: HEADERS, trickle: 'X' },
  { name: 'nothing after the headers', first: `${HEADERS}Content-Length: 1000\r\n\r\n` },
  { name: 'half a body', first: `${HEADERS}Content-Length: 11\r\n\r\n{"inp` },
  {
    name: 'half a body, and a deaf client',
    first: `${HEADERS}Content-Length: 11\r\n\r\n{"inp`,
    isDeaf: true,
  },
  { name: 'a body a byte at a time', first: `${HEADERS}Content-Length: 1000\r\n\r\n{`, trickle: ' ' },
  {
    name: 'chunks without an end',
    first: `${HEADERS}Transfer-Encoding: chunked\r\n\r\n`,
    trickle: '1\r\n \r\n',
  },
  {
    name: 'a body that no route reads',
    first: 'GET /health/live HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n',
  },
  {
    name: 'half a body behind a whole request',
    first: `GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n${HEADERS}Content-Length: 11\r\n\r\n{"inp`,
  },
];

describe('a client that does not finish its request', () => {
  let system: RunningSystem;
  beforeAll(async () => {
    system = await RunningSystem.start();
  }, 90_000);
  afterAll(() => system.remove(), 60_000);

  const received = new Map<string, string>();

  it('is disconnected by sales, worker and factory', async () => {
    const open = new Set<string>();
    const sessions = (['sales', 'worker', 'factory'] as const).flatMap((application) =>
      SLOW_CLIENTS.map(async (client) => {
        const name = `${application}: ${client.name}`;
        open.add(name);
        received.set(name, await answerTo(client, Number(new URL(system.url(application, '/')).port)));
        open.delete(name);
      }),
    );
    const timeLimit = Promise.withResolvers<void>();
    // Not a measurement: without a limit they stay for ever.
    const timer = setTimeout(timeLimit.resolve, 45_000);
    await Promise.race([Promise.all(sessions), timeLimit.promise]);
    clearTimeout(timer);
    expect([...open]).toEqual([]);
  }, 60_000);

  it('gets a 408 from sales, with the problem', () => {
    for (const name of [
      'half of the headers',
      'half a body',
      'a body a byte at a time',
      'chunks without an end',
    ]) {
      const answer = received.get(`sales: ${name}`);
      expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
      expect(answer).toContain('content-type: application/problem+json');
      expect(answer).toContain('"code":"REQUEST.TIMEOUT"');
    }
  });

  it('gets no second answer to a request that was answered before its body came', () => {
    for (const application of ['sales', 'worker', 'factory']) {
      const answer = received.get(`${application}: a body that no route reads`)!;
      expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    }
  });
});

/** What the server has sent when the connection is closed. */
async function answerTo({ first, trickle, isDeaf = false }: SlowClient, port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: isDeaf });
  let received = '';
  // A server that closes while the client still sends resets the connection.
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => (received += chunk.toString()));
  socket.write(first);
  // Beside the trickle: a write tells a deaf client that the server has closed both sides.
  const timer = setInterval(() => socket.write(trickle ?? ''), 250);
  if (isDeaf) socket.on('end', () => setInterval(() => socket.write('x'), 250).unref());
  await new Promise<void>((resolve) => socket.on('close', () => resolve()));
  clearInterval(timer);
  return received;
}

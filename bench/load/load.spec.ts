import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HistoryRecorder } from '../../test/history/history-recorder.js';
import { readHistoryFile } from '../../test/history/read-history.js';
import { HOT_SKU, type ScenarioName, SCENARIOS } from '../scenarios.js';
import { autocannon } from './autocannon.js';
import { type LoadResult, together } from './load.js';
import { paced } from './paced.js';
import { hasWrk, parseWrkOutput, wrk } from './wrk.js';

const ARRIVALS_PER_SECOND = 400;

/** What came in at a server that confirms everything. */
class Counter {
  readonly requests = new Map<string, Set<string>>();
  received = 0;
  server: Server;

  async listen(status: number): Promise<number> {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.received += 1;
        const key = String(request.headers['idempotency-key']);
        const bodies = this.requests.get(key) ?? new Set();
        const replayed = this.requests.has(key) && { 'Idempotent-Replayed': 'true' };
        this.requests.set(key, bodies.add(Buffer.concat(chunks).toString()));
        response.writeHead(status, { 'content-type': 'application/json', ...replayed }).end('{}');
      });
    }).listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

let counter: Counter | undefined;

afterEach(async () => {
  await counter?.close();
  counter = undefined;
});

async function load(
  generator: typeof wrk,
  scenario: ScenarioName,
  { status = 201, history }: { status?: number; history?: HistoryRecorder } = {},
) {
  counter = new Counter();
  const port = await counter.listen(status);
  const order = {
    port,
    connections: 8,
    arrivalsPerSecond: generator === paced ? ARRIVALS_PER_SECOND : null,
    seconds: 1,
    scenario: SCENARIOS[scenario],
    ...(history && { history }),
  };
  return { counter, seen: await generator.run(order, new AbortController().signal) };
}

// Where wrk is missing the bench uses the other one alone as well.
describe.each([...(hasWrk() ? [wrk] : []), autocannon, paced])('a load by $name', (generator) => {
  it('gives every request a key of its own', async () => {
    const { seen, counter } = await load(generator, 'three-lines');
    expect(seen).toMatchObject({ replays: 0, unanswered: 0, otherAnswers: 0 });
    expect(seen.requests).toBeGreaterThan(50);
    expect(counter.requests.size).toBe(counter.received);
    // Each connection may have one under way when the time is up.
    expect(counter.received - seen.requests).toBeLessThanOrEqual(8);
    expect(seen.freshKeys).toBeGreaterThanOrEqual(counter.received);
    expect(seen.freshKeys - counter.received).toBeLessThanOrEqual(8);
  });

  it('repeats every tenth request under its key, with the same body', async () => {
    const { seen, counter } = await load(generator, 'replays');
    // Each tenth one, however few there are on a busy machine.
    expect(seen.replays).toBe(Math.floor((seen.freshKeys + seen.replays) / 10));
    expect(seen.replays).toBeGreaterThan(0);
    expect(counter.requests.size).toBeLessThan(counter.received);
    expect([...counter.requests.values()].every((bodies) => bodies.size === 1)).toBe(true);
  });

  it('counts other answers than 2xx separately', async () => {
    const { seen } = await load(generator, 'hot', { status: 503 });
    expect(seen.otherAnswers).toBe(seen.requests);
  });
});

describe('an open model', () => {
  it('begins requests at its rate, whatever becomes of them', async () => {
    const { seen } = await load(paced, 'hot');
    expect(seen).toMatchObject({
      requests: ARRIVALS_PER_SECOND,
      freshKeys: ARRIVALS_PER_SECOND,
      unanswered: 0,
    });
  });

  it('counts the time that a request waits because the service answers nothing', async () => {
    // A load that waits for its answers would have 8 slow requests of hundreds. Here, all that arrive meanwhile are slow.
    const stallMs = 800;
    const stalled = new Counter();
    counter = stalled;
    const port = await stalled.listen(201);
    stalled.server.once('request', () => {
      const until = performance.now() + stallMs;
      while (performance.now() < until);
    });
    const seen = await paced.run(
      { port, connections: 8, arrivalsPerSecond: 100, seconds: 1, scenario: SCENARIOS.hot },
      new AbortController().signal,
    );
    expect(seen.requests).toBe(100);
    // 80 of 100 requests are due during the stall. Half of all wait for 0.3 s of it, or more.
    expect(seen.p50Ms).toBeGreaterThan(250);
    expect(seen.p99Ms).toBeGreaterThan(700);
  });
});

it('a recorded load has each request with its own answer', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'donut-load-'));
  try {
    const recorder = HistoryRecorder.create(join(directory, 'load.jsonl'), 'load.spec');
    const { seen, counter } = await load(autocannon, 'replays', { history: recorder });
    await recorder.finish('none');
    const { sales } = await readHistoryFile(recorder.file);
    const answered = sales.filter(({ answer }) => answer);
    expect(answered.length).toBe(seen.requests);
    expect(answered.every(({ start, end, answer }) => start < end && answer!.status === 201)).toBe(true);
    expect(sales.length).toBe(seen.freshKeys + seen.replays);
    expect(new Set(sales.map(({ key }) => key))).toEqual(new Set(counter.requests.keys()));
    // The first answer of a key is no replay, every other is.
    const firsts = answered.filter(({ answer }) => !answer!.replayed);
    expect(new Set(firsts.map(({ key }) => key)).size).toBe(firsts.length);
    expect(firsts.length).toBeLessThan(answered.length);
    expect(sales.every(({ lines }) => lines.length === 1 && lines[0]![0] === HOT_SKU)).toBe(true);
  } finally {
    await rm(directory, { recursive: true });
  }
});

describe('several loads', () => {
  const seen: LoadResult = {
    requests: 10,
    durationMs: 1_000,
    otherAnswers: 1,
    unanswered: 2,
    p50Ms: 5,
    p99Ms: 9,
    p999Ms: 12,
    freshKeys: 11,
    replays: 3,
  };

  it('add up, with the latencies of the slowest', () => {
    expect(together([seen, { ...seen, durationMs: 1_100, p50Ms: 4, p99Ms: 20, p999Ms: 25 }])).toEqual({
      requests: 20,
      durationMs: 1_100,
      otherAnswers: 2,
      unanswered: 4,
      p50Ms: 5,
      p99Ms: 20,
      p999Ms: 25,
      freshKeys: 22,
      replays: 6,
    });
  });
});

it('shows the output of wrk when its script failed', () => {
  expect(() => parseWrkOutput('unable to connect')).toThrow('unable to connect');
});

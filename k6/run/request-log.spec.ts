import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRequestLog } from './request-log.mjs';

const SENT = { request: '1-1', client: 'VU 1', key: 'a', lines: [['K6-A', 2]], start: 5, mayWait: true };
const ANSWERED = {
  request: '1-1',
  end: 9,
  status: 202,
  isReplay: false,
  text: '{"id":"sale-a","status":"WAITING"}',
};
const LOOK = { seen: [['sale-a', 'CONFIRMED']], start: 20, end: 22 };

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'donut-k6-log-'));
});

afterEach(() => rm(folder, { recursive: true }));

describe('the log of a run', () => {
  it.each([
    ['as k6 writes messages', (message: string) => message],
    ['as fields', (message: string) => `time="now" level=info msg=${JSON.stringify(message)} source=console`],
  ])('has each request with its answer, and what was seen later, %s', async (_, format) => {
    const file = join(folder, 'waitlist.log');
    const lines = [SENT, { ...SENT, request: '1-2' }, ANSWERED, LOOK];
    await writeFile(file, lines.map((line) => `${format(JSON.stringify(line))}\n`).join(''));
    const { requests, seen } = readRequestLog(file);
    expect(requests).toEqual([
      { ...SENT, answer: { end: 9, status: 202, isReplay: false, id: 'sale-a', saleStatus: 'WAITING' } },
      { ...SENT, request: '1-2', answer: undefined },
    ]);
    expect(seen).toEqual([LOOK]);
  });
});

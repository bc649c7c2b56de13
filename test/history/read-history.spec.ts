import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HistoryRecorder, saleAnswer } from './history-recorder.js';
import { HistoryReader, readHistoryFile } from './read-history.js';
import { simulatedHistory } from './testing/simulated-history.js';

const LINES = simulatedHistory({ seed: 1, purchases: 5, openingUnits: 10 }).map((line) =>
  JSON.stringify(line),
);
const SALE = LINES.findIndex((line) => line.includes('"type":"sale"'));

function read(lines: readonly string[]): HistoryReader {
  const reader = new HistoryReader();
  for (const line of lines) reader.add(line);
  return reader;
}

describe('a file that is no complete history', () => {
  it.each([
    ['is empty', [], 'The file is empty.'],
    ['has no header', LINES.slice(1), 'Line 1 is not the header of a history.'],
    ['has two headers', [LINES[0]!, ...LINES], 'Line 2 is a second header.'],
    ['has no end', LINES.slice(0, -1), 'its last line "end" is missing'],
    [
      'goes on after its end',
      [...LINES, LINES[SALE]!],
      `Line ${LINES.length + 1} comes after the line "end".`,
    ],
    ['lacks an operation', LINES.toSpliced(SALE, 1), /it has \d+ of \d+ operations/],
    ['is no JSON', [...LINES.slice(0, 1), '{'], 'Line 2 is not JSON.'],
    [
      'has an unknown line',
      [...LINES.slice(0, 1), '{"type":"refund"}'],
      'Line 2 has the unknown type "refund".',
    ],
    [
      'has a wrong line',
      [...LINES.slice(0, 1), '{"type":"opening","sku":"A","onHand":-1,"reserved":0}'],
      /Line 2 \(opening\): \/onHand/,
    ],
    [
      'has a request that ends before it starts',
      LINES.with(SALE, LINES[SALE]!.replace(/"end":\d+/, '"end":1')),
      `Line ${SALE + 1} ends before it starts.`,
    ],
  ])('is refused when it %s', (_, lines, message) => {
    expect(() => read(lines).finish()).toThrow(message);
  });

  it('is whole otherwise', () => {
    expect(read(LINES).finish().sales.length).toBeGreaterThanOrEqual(5);
  });
});

describe('a recorder', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'donut-history-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('leaves out what comes after its limit, and counts it', async () => {
    const recorder = HistoryRecorder.create(join(folder, 'new/history.jsonl'), 'spec', 2);
    for (let key = 0; key < 5; key += 1) {
      recorder.operation({ type: 'sale', client: 'c', key: `${key}`, lines: [], start: 1, end: 2 });
    }
    await recorder.finish('all');
    const { end, sales, source } = await readHistoryFile(recorder.file);
    expect({ ...end, source, keys: sales.map(({ key }) => key) }).toMatchObject({
      operations: 2,
      omitted: 3,
      source: 'spec',
      keys: ['0', '1'],
    });
    expect((await readFile(recorder.file, 'utf8')).endsWith('}\n')).toBe(true);
  });

  it('keeps what an answer says of the sale, and nothing of a page from elsewhere', () => {
    const sale = {
      id: 'sale-1',
      lines: [{ sku: 'A', quantity: 2, unitPriceKrw: 5 }],
      totalKrw: 10,
      createdAt: '2026-01-01T00:00:00.000Z',
    };
    const answer = saleAnswer({ status: 201, isReplay: true, text: JSON.stringify(sale) });
    expect(answer).toEqual({
      status: 201,
      replayed: true,
      body: expect.stringMatching(/^[\w-]{16}$/),
      sale: { ...sale, lines: [['A', 2, 5]] },
    });
    expect(saleAnswer({ status: 502, isReplay: false, text: '<html>' })).toEqual({ status: 502 });
    expect(saleAnswer({ status: 201, isReplay: false, text: '{}' })).not.toHaveProperty('sale');
    const refusal = { code: 'STOCK.INSUFFICIENT', shortages: [{ sku: 'A', availableQuantity: 1 }] };
    expect(saleAnswer({ status: 409, isReplay: false, text: JSON.stringify(refusal) })).toEqual({
      status: 409,
      code: 'STOCK.INSUFFICIENT',
      shortages: [['A', 1]],
    });
  });
});

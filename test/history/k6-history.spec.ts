import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkHistory } from './check-history.js';
import { historyOfK6Run } from './k6-history.js';
import { readHistoryFile } from './read-history.js';

const SKU = 'K6-surge-0';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'donut-k6-'));
});

afterEach(() => rm(folder, { recursive: true }));

const sent = (request: string, key: string, quantity: number, start: number) => ({
  request,
  client: 'VU 1',
  key,
  lines: [[SKU, quantity]],
  start,
});

function sold(request: string, id: string, quantity: number, end: number, isReplay = false) {
  const lines = [{ sku: SKU, quantity, unitPriceKrw: 100 }];
  const body = { id, lines, totalKrw: quantity * 100, createdAt: '2026-01-01T00:00:00.000Z' };
  return { request, end, status: 201, isReplay, text: JSON.stringify(body) };
}

function refused(request: string, available: number, end: number) {
  const shortages = [{ sku: SKU, requestedQuantity: 1, availableQuantity: available }];
  const text = JSON.stringify({ code: 'STOCK.INSUFFICIENT', shortages });
  return { request, end, status: 409, isReplay: false, text };
}

/** 5 units before the run: 3 and 2 are sold, one is asked for in vain, and of one request nobody knows the outcome. */
const LOG = [
  sent('1-1', 'a', 3, 1_000),
  sent('1-2', 'a', 3, 1_000),
  sold('1-2', 'sale-a', 3, 1_010),
  sold('1-1', 'sale-a', 3, 1_010, true),
  sent('2-1', 'b', 2, 1_005),
  sold('2-1', 'sale-b', 2, 1_012),
  sent('3-1', 'c', 1, 1_020),
  refused('3-1', 0, 1_025),
  sent('4-1', 'd', 1, 1_030),
];

const RECORD = {
  script: 'surge',
  products: [{ sku: SKU, openingUnits: 5, adjustedUnits: 4 }],
  ledgers: [
    {
      stock: { onHand: 7, reserved: 0 },
      totals: [
        { reason: 'ADJUSTMENT', units: 4 },
        { reason: 'GOODS_RECEIPT', units: 8 },
        { reason: 'SALE', units: -5 },
      ],
      sold: { sales: 2, units: 5 },
    },
  ],
};

async function historyOf(log: object[], record: object = RECORD, format = (message: string) => message) {
  const file = join(folder, 'surge.json');
  await writeFile(file, JSON.stringify(record));
  await writeFile(join(folder, 'surge.log'), log.map((line) => `${format(JSON.stringify(line))}\n`).join(''));
  return readHistoryFile(await historyOfK6Run(file));
}

describe('the history of a run of k6', () => {
  it('has each request with its answer, and the units before and after', async () => {
    const history = await historyOf(LOG);
    expect(history.source).toBe('k6, surge');
    expect(history.sales).toHaveLength(5);
    expect(history.sales.find(({ key }) => key === 'b')).toEqual({
      type: 'sale',
      client: 'VU 1',
      key: 'b',
      lines: [[SKU, 2]],
      start: 1_005,
      end: 1_012,
      answer: expect.objectContaining({ status: 201, sale: expect.objectContaining({ id: 'sale-b' }) }),
    });
    const unanswered = history.sales.filter(({ answer }) => !answer);
    expect(unanswered).toEqual([expect.objectContaining({ key: 'd', start: 1_030, end: 1_030 })]);
    expect(history.storedStockChanges).toEqual([expect.objectContaining({ sku: SKU, delta: 7 })]);
    expect(history.end).toMatchObject({ rows: 'none', operations: 5 });
    expect(checkHistory(history).contradictions).toEqual([]);
  });

  it('is the same when k6 logs a field of a line', async () => {
    const raw = await historyOf(LOG);
    const quoted = await historyOf(
      LOG,
      RECORD,
      (message) => `time="2026-01-01T00:00:00Z" level=info msg=${JSON.stringify(message)} source=console`,
    );
    expect(quoted).toEqual(raw);
  });

  it('is contradictory when a buyer was refused with stock', async () => {
    const log = LOG.map((line) =>
      line.request === '2-1' && 'key' in line ? { ...line, start: 1_026 } : line,
    ).map((line) => (line.request === '2-1' && 'status' in line ? { ...line, end: 1_029 } : line));
    const { contradictions } = checkHistory(await historyOf(log));
    expect(contradictions.map(({ rule }) => rule)).toEqual(['REFUSED_WITHOUT_STOCK']);
  });

  it('is contradictory when a sale is missing in the ledger', async () => {
    const [ledger] = RECORD.ledgers;
    const record = { ...RECORD, ledgers: [{ ...ledger, sold: { sales: 1, units: 3 } }] };
    const { contradictions } = checkHistory(await historyOf(LOG, record));
    expect(contradictions.map(({ rule }) => rule)).toEqual(['COUNT_AGREES']);
  });

  describe('with a waitlist', () => {
    const waits = (request: string, id: string, quantity: number, end: number) => {
      const lines = [{ sku: SKU, quantity, unitPriceKrw: 100 }];
      const body = { id, lines, totalKrw: quantity * 100, createdAt: '2026-01-01T00:00:00.000Z' };
      const text = JSON.stringify({ ...body, status: 'WAITING', waiting: { position: 1 } });
      return { request, end, status: 202, isReplay: false, text };
    };
    const mayWait = (request: string, key: string, quantity: number, start: number) => ({
      ...sent(request, key, quantity, start),
      mayWait: true,
    });
    const look = (start: number, ...seen: [string, string][]) => ({ seen, start, end: start + 1 });
    const log = (last: [string, string][]) => [
      ...LOG.slice(0, -1),
      mayWait('5-1', 'e', 2, 1_040),
      waits('5-1', 'sale-e', 2, 1_045),
      mayWait('6-1', 'f', 1, 1_050),
      waits('6-1', 'sale-f', 1, 1_055),
      look(1_100, ...last),
      look(1_200, ...last),
    ];
    const record = (filled: number, returned = 0) => {
      const [ledger] = RECORD.ledgers;
      const totals = [
        ...ledger!.totals,
        { reason: 'BACKORDER_FILL', units: -filled },
        { reason: 'RETURN', units: returned },
      ];
      const onHand = 7 - filled + returned;
      return { ...RECORD, ledgers: [{ ...ledger, totals, stock: { onHand, reserved: 0 } }] };
    };
    const rulesOf = async (last: [string, string][], run: object) =>
      checkHistory(await historyOf(log(last), run)).contradictions.map(({ rule }) => rule);

    it('takes what was filled from the stock, and what came back into it', async () => {
      const filled: [string, string][] = [
        ['sale-e', 'CONFIRMED'],
        ['sale-f', 'CANCELLED'],
      ];
      expect(await rulesOf(filled, record(2))).toEqual([]);
      expect(await rulesOf(filled, record(2, 1))).toEqual([]);
      expect(await rulesOf(filled, record(3))).toEqual(['COUNT_AGREES', 'STOCK_AGREES']);
    });

    it('is contradictory when the last one was filled first', async () => {
      const filled: [string, string][] = [
        ['sale-e', 'WAITING'],
        ['sale-f', 'CONFIRMED'],
      ];
      expect(await rulesOf(filled, record(1))).toEqual(['NOT_OVERTAKEN']);
    });
  });

  it('is refused when the record or the log is another', async () => {
    await expect(historyOf(LOG, { script: 'surge' })).rejects.toThrow('no record of a k6 script that sells');
    await expect(historyOf([{ hello: 1 }])).rejects.toThrow('Line 1 of the log');
    await expect(historyOf([sold('9-9', 'sale-x', 1, 1_000)])).rejects.toThrow('Line 1 of the log');
  });
});

import { describe, expect, it } from '@jest/globals';
import { type Cell } from '../cell.js';
import { testCell, testGroup } from '../testing/cells.js';
import { cellRecord } from './cell-record.js';
import { failures } from './failures.js';
import { goalVerdict } from './goals.js';
import { figure, markdownTable } from './markdown.js';
import { plot } from './plot.js';
import { report } from './report.js';

const group = testGroup();
const noop = testCell(group, 'no-op', [1_000, 2_000, 1_000], { measured: { oversold: null, lost: null } });
const product = testCell(group, 'product', [900, 1_800, 1_000]);
const before = testCell(group, 'before', [750, 1_800, 800]);
const plainHttp = testCell(group, 'plain-http', [2_000, 4_500, 2_000]);
const pessimistic = testCell(group, 'pessimistic-lock', [30, 60, 20]);
const more = testCell(group, 'product', [990, 1_980, 1_100], { processes: 2 });
const elsewhere = testCell(testGroup({ connections: 50 }), 'no-op', [10, 10, 10]);
const cells: Cell[] = [elsewhere, before, plainHttp, noop, product, pessimistic, more];

describe('a table', () => {
  const rows = [
    { name: 'a', size: 1 as number | null },
    { name: 'b', size: null },
  ];

  it('has a line a row, and a dash for unknown values', () => {
    const table = markdownTable(rows, [
      { title: 'name', text: ({ name }) => name },
      { title: 'size', text: ({ size }) => figure(size), isFigure: true },
    ]);
    expect(table).toBe('| name | size |\n| --- | --: |\n| a | 1.00 |\n| b | - |');
  });

  it('leaves a column out that is empty', () => {
    const table = markdownTable(rows, [
      { title: 'name', text: ({ name }) => name },
      { title: 'none', text: () => null },
    ]);
    expect(table).not.toContain('none');
  });

  it.each([
    [14_810.4, '14,810'],
    [0, '0'],
    [26.04, '26.0'],
    [1.153, '1.15'],
    [0.0251, '0.025'],
  ])('writes %d as %s', (value, text) => {
    expect(figure(value)).toBe(text);
  });
});

describe('the record of a cell', () => {
  it('has these fields and no other, with ratios to the same rounds of its own group', () => {
    expect(cellRecord(product, cells, true)).toEqual({
      subject: 'product',
      scenario: 'hot',
      database: 'mysql',
      connections: 200,
      processes: 1,
      storedSales: 0,
      isRemote: false,
      arrivalsPerSecond: null,
      requestsPerSecond: 1_000,
      p50Ms: 10,
      p99Ms: 20,
      p999Ms: 30,
      ratioToBefore: { median: 1.2, rounds: [1.2, 1, 1.25] },
      ratioToNoop: { median: 0.9, rounds: [0.9, 0.9, 1] },
      ratioToPlainHttp: { median: 0.45, rounds: [0.45, 0.4, 0.5] },
      ratioToPessimistic: { median: 30, rounds: [30, 30, 50] },
      fsyncsPerSale: 0.02,
      serverCpuMicrosPerSale: 50,
      databaseCpuMicrosPerSale: 20,
      oversold: 0,
      lost: 0,
    });
  });

  it('has null for unknown values', () => {
    expect(cellRecord(elsewhere, cells, true).ratioToPessimistic).toBeNull();
    expect(cellRecord(noop, cells, true)).toMatchObject({ oversold: null, lost: null });
  });

  it('does not list a MySQL that may lose committed data as durable', () => {
    expect(cellRecord(product, cells, false).database).toBe('mysql-not-durable');
  });
});

describe('failures', () => {
  const broken = (measured: Parameters<typeof testCell>[3]) =>
    failures([testCell(group, 'product', [1, 1], measured)]);

  it('are none where all is well', () => {
    expect(failures(cells)).toEqual([]);
  });

  it('are lost sales, oversold units and faults, in every round that has them', () => {
    expect(broken({ measured: { lost: 3 } })).toHaveLength(2);
    expect(broken({ measured: { oversold: 1 } })[0]).toContain('round 1: 1 units sold that were not there');
    expect(broken({ measured: { faults: ['a fault'] } })[1]).toContain('round 2: a fault');
  });

  it('are contradictions of the ledger', () => {
    const difference = {
      invariant: 'stock on hand is not negative',
      subject: 'CP-1',
      expected: '>= 0',
      actual: '-1',
    };
    expect(failures([{ ...product, differences: [difference] }])).toEqual([
      'hot, mysql, 200 connections, product: stock on hand is not negative; of CP-1 it is -1, and should be >= 0',
    ]);
  });

  it("are not what the course's solution oversells: that is what it is here for", () => {
    expect(failures([testCell(group, 'course', [1], { measured: { oversold: 4_000 } })])).toEqual([]);
  });
});

describe('the verdict on a goal', () => {
  it.each([
    [0.7, '**missed**'],
    [0.8, 'met'],
    [1.1, 'beyond'],
  ])('of at least 0.8, and beyond at 1, is for %d: %s', (value, verdict) => {
    expect(goalVerdict({ value, atLeast: 0.8, beyond: 1 })).toBe(verdict);
  });

  it.each([
    [0.06, '**missed**'],
    [0.04, 'met'],
    [0.02, 'beyond'],
  ])('of at most 0.05, and beyond at 0.02, is for %d: %s', (value, verdict) => {
    expect(goalVerdict({ value, atLeast: 0.05, beyond: 0.02, isCeiling: true })).toBe(verdict);
  });
});

describe('the report', () => {
  const text = report(cells, ['a machine']);

  it('holds the product to its goals', () => {
    expect(text).toContain('| sales / no-op | mysql, hot, 200 connections | 0.900 | at least 0.750 |');
    expect(text).toContain(
      '| sales / pessimistic lock | mysql, hot, 200 connections | 30.0 | at least 25.0 |',
    );
  });

  it('lists the rounds of every ratio', () => {
    expect(text).toContain('0.900, 0.900, 1.00');
  });

  it('compares more processes with one', () => {
    expect(text).toMatch(/\| product x2 \| [\d,]+ \| 1\.10 \| 1\.10, 1\.10, 1\.10 \|/);
  });

  it('holds the product to its goals with more processes, stored sales and a remote database', () => {
    const crowded = testGroup({ connections: 1000 });
    const own = [
      testCell(crowded, 'product', [81, 162], { isRemote: true }),
      testCell(crowded, 'product', [100, 200]),
      testCell(crowded, 'product', [110, 220], { processes: 2 }),
    ];
    const goals = report(own, []);
    expect(goals).toMatch(/two processes \/ one \| mysql, hot, 1000 connections \| 1\.10 \| at least 1\.00/);
    expect(goals).toMatch(
      /remote database \/ database at hand \| .* 1000 connections \| 0\.810 \| at least 0\.800/,
    );
    expect(goals).toMatch(/\| product remote \| [\d,]+ \| 0\.810 \| 0\.810, 0\.810 \|/);
  });

  it('tells the rate of arrival where there is one', () => {
    const at = testGroup({ scenario: 'paced', arrivalsPerSecond: 2_000 });
    expect(report([testCell(at, 'product', [2_000])], [])).toMatch(
      /\| connections \| arrivals\/s \| subject \|[^]*\| 200 \| 2,000 \| product \|/,
    );
    expect(text).not.toContain('arrivals/s');
  });

  it('names a failure where it would else say that all is well', () => {
    expect(text).toContain('nothing was oversold');
    const broken = report([{ ...product, rounds: [{ ...product.rounds[0]!, lost: 2 }] }], []);
    expect(broken).not.toContain('nothing was oversold');
    expect(broken).toContain('2 sales that a client was told of');
  });
});

it('the plot has a bar a cell, the highest for the highest throughput, and escapes its words', () => {
  const svg = plot([noop, product, pessimistic], ['a < b & c']);
  const heights = [...svg.matchAll(/height="([\d.]+)" fill="#(?!ffffff)/g)].map(([, height]) =>
    Number(height),
  );
  const bars = heights.filter((height) => height !== 10);
  expect(bars).toHaveLength(3);
  expect(bars[0]).toBe(Math.max(...bars));
  expect(bars[2]! / bars[0]!).toBeCloseTo(0.03, 2);
  expect(svg).toContain('a &lt; b &amp; c');
});

it('the plot names the subject of each bar', () => {
  const svg = plot(cells, []);
  const names = [...svg.matchAll(/rotate\([^)]*\)">([^<]+)</g)].map(([, name]) => name);
  expect(names).toEqual(expect.arrayContaining(['no-op', 'product', 'product x2', 'plain node:http']));
});

it('the plot shows the p99 at a fixed rate of arrival, and the growth with stored sales', () => {
  const own = [1_000, 4_000].map((rate) =>
    testCell(testGroup({ scenario: 'paced', arrivalsPerSecond: rate }), 'product', [rate], {
      measured: { p99Ms: rate / 100 },
    }),
  );
  const grown = [product, testCell(group, 'product', [850, 1_700, 950], { storedSales: 10_000_000 })];
  const svg = plot([...own, ...grown], []);
  expect(svg).toContain('p99 in ms');
  expect(svg).toContain('>40.0<');
  expect(svg).toContain('product by sales stored');
  expect(svg).toContain('>10M<');
});

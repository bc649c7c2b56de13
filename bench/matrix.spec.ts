import { describe, expect, it } from '@jest/globals';
import { type Contestant, type Group } from './cell.js';
import { besideBefore, choose } from './choice.js';
import { fullMatrix, quickMatrix } from './matrix.js';
import { SCENARIO_NAMES } from './scenarios.js';
import { SUBJECT_NAMES } from './subjects/subject.js';

const full = fullMatrix().groups;
const plain: Contestant = { subject: 'product', processes: 1, storedSales: 0, isRemote: false };

function cells(groups: readonly Group[]): (Contestant & Omit<Group, 'contestants'>)[] {
  return groups.flatMap(({ contestants, ...group }) =>
    contestants.map((contestant) => ({ ...group, ...contestant })),
  );
}

describe('the full matrix', () => {
  it('measures every subject in every scenario, on both databases, at every number of connections', () => {
    for (const database of ['mysql', 'embedded']) {
      for (const scenario of SCENARIO_NAMES.filter((name) => name !== 'paced')) {
        for (const connections of [50, 200, 1000]) {
          for (const subject of SUBJECT_NAMES) {
            expect(cells(full)).toContainEqual({
              ...{ database, scenario, connections, subject, arrivalsPerSecond: null },
              ...{ processes: 1, storedSales: 0, isRemote: false },
            });
          }
        }
      }
    }
  });

  it('measures the product at fixed rates beside the no-op', () => {
    const rates = cells(
      full.filter(({ scenario, database }) => scenario === 'paced' && database === 'mysql'),
    );
    expect(rates.map(({ arrivalsPerSecond, subject }) => `${subject} ${arrivalsPerSecond}`)).toEqual(
      [1_000, 2_000, 4_000].flatMap((rate) => [`no-op ${rate}`, `product ${rate}`]),
    );
  });

  it('measures the product with a remote database on MySQL alone, beside the product with one at hand', () => {
    const remote = full.filter(({ contestants }) => contestants.some(({ isRemote }) => isRemote));
    expect(remote.map(({ connections }) => connections)).toEqual([50, 200, 1000]);
    expect(remote.every(({ database, scenario }) => database === 'mysql' && scenario === 'hot')).toBe(true);
    expect(remote[0]!.contestants).toEqual(expect.arrayContaining([plain, { ...plain, isRemote: true }]));
  });

  it('measures retention with the hot SKU alone, beside the product with a webhook', () => {
    const groups = choose(full, ['retention']);
    expect(groups).toHaveLength(6);
    expect(groups.every(({ scenario }) => scenario === 'hot')).toBe(true);
    expect(groups[0]!.contestants.map(({ subject }) => subject)).toEqual(['webhooks', 'retention']);
  });

  it('measures no cell twice', () => {
    const names = cells(full).map((cell) => JSON.stringify(cell));
    expect(new Set(names).size).toBe(names.length);
  });

  it('measures the product with more processes and with sales stored, beside the product with neither', () => {
    const beside = full.find((group) =>
      group.contestants.some(({ storedSales }) => storedSales === 10_000_000),
    )!;
    expect(beside).toMatchObject({ scenario: 'hot', connections: 200 });
    expect(beside.contestants).toEqual(
      expect.arrayContaining([
        plain,
        { ...plain, processes: 2 },
        { ...plain, processes: 4 },
        { ...plain, storedSales: 1_000_000 },
      ]),
    );
  });
});

it('the quick matrix has the hot SKU alone, every subject and every number of connections', () => {
  const { groups } = quickMatrix();
  expect(groups.every(({ scenario }) => scenario === 'hot')).toBe(true);
  expect(new Set(cells(groups).map(({ subject }) => subject))).toEqual(new Set(SUBJECT_NAMES));
  expect(new Set(groups.map(({ connections }) => connections))).toEqual(new Set([50, 200, 1000]));
});

describe('a choice of cells', () => {
  it('adds up words of one kind, and narrows by words of another', () => {
    const chosen = cells(choose(full, ['mysql', 'sold-out', '50', '200', 'product', 'no-op']));
    expect(chosen).toHaveLength(4);
    expect(chosen.every(({ database, scenario }) => database === 'mysql' && scenario === 'sold-out')).toBe(
      true,
    );
  });

  it('of growth includes only the contestants that it compares', () => {
    const [group, ...others] = choose(full, ['growth', 'mysql']);
    expect(others).toEqual([]);
    expect(group!.contestants).toEqual([
      { ...plain, subject: 'no-op' },
      plain,
      { ...plain, storedSales: 1_000_000 },
      { ...plain, storedSales: 10_000_000 },
    ]);
  });

  it('of the comparison leaves more processes and stored sales out', () => {
    const [group] = choose(full, ['mysql', 'hot', '200', 'comparison']);
    expect(group!.contestants.map(({ subject }) => subject)).toEqual(SUBJECT_NAMES);
  });

  it('of processes has every number of connections', () => {
    const chosen = choose(full, ['processes', 'embedded']);
    expect(chosen.map(({ connections }) => connections)).toEqual([50, 200, 1000]);
    expect(cells(chosen).some(({ storedSales }) => storedSales > 0)).toBe(false);
  });

  it('of a remote database leaves more processes and stored sales out', () => {
    const [group] = choose(full, ['remote', '1000', 'product']);
    expect(group!.contestants).toEqual([plain, { ...plain, isRemote: true }]);
  });

  it('of nothing is everything', () => {
    expect(choose(full, [])).toEqual(full);
  });

  it('refuses an unknown word, and lists the known ones', () => {
    expect(() => choose(full, ['mysq'])).toThrow(/mysq: choose among .*mysql.*growth/);
  });
});

it('an earlier build stands beside each plain product, and nowhere else', () => {
  const [group] = besideBefore(choose(full, ['mysql', 'hot', '200', 'no-op', 'product']));
  const names = group!.contestants.map(
    ({ subject, processes, storedSales }) => `${subject} ${processes} ${storedSales}`,
  );
  expect(names.slice(0, 3)).toEqual(['no-op 1 0', 'product 1 0', 'before 1 0']);
  expect(names.filter((name) => name.startsWith('before'))).toHaveLength(1);
});

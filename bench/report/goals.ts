import { type Cell, type Contestant, type DatabaseKind, isPlain } from '../cell.js';
import { type ScenarioName } from '../scenarios.js';
import { medianOf, ratio } from '../statistics.js';
import { type SubjectName, SUBJECTS } from '../subjects/subject.js';
import { figure, markdownTable } from './markdown.js';
import { referenceOf } from './reference.js';

interface Goal {
  title: string;
  database: DatabaseKind;
  scenario: ScenarioName;
  connections: number;
  /** @returns `null` when it was not measured */
  measured: (product: Cell, cells: readonly Cell[]) => number | null;
  atLeast: number;
  beyond: number;
  /** The smaller, the better. */
  isCeiling?: boolean;
}

/** What the product is held to. Ratios are those of the same rounds. */
const GOALS: Goal[] = [
  { ...toMark('no-op', 'mysql', 'hot', 1000), atLeast: 0.95, beyond: 1.15 },
  { ...toMark('no-op', 'mysql', 'hot', 200), atLeast: 0.75, beyond: 1 },
  { ...toMark('no-op', 'mysql', 'hot', 50), atLeast: 0.55, beyond: 0.8 },
  { ...toMark('plain-http', 'mysql', 'hot', 1000), atLeast: 0.5, beyond: 0.8 },
  { ...toMark('plain-http', 'mysql', 'hot', 200), atLeast: 0.45, beyond: 0.7 },
  { ...toMark('plain-http', 'mysql', 'hot', 50), atLeast: 0.25, beyond: 0.4 },
  {
    title: 'processor time a sale / a request of plain node:http',
    ...{ database: 'mysql', scenario: 'hot', connections: 200 },
    measured: (product, cells) =>
      ratio(
        product,
        referenceOf(product, cells, 'plain-http'),
        ({ serverCpuMicrosPerSale }) => serverCpuMicrosPerSale ?? NaN,
      )?.median ?? null,
    atLeast: 1.5,
    beyond: 1.3,
    isCeiling: true,
  },
  {
    title: 'sales / pessimistic lock',
    ...{ database: 'mysql', scenario: 'hot', connections: 200 },
    measured: (product, cells) =>
      ratio(product, referenceOf(product, cells, 'pessimistic-lock'))?.median ?? null,
    atLeast: 25,
    beyond: 35,
  },
  {
    title: 'p99 / that of the pessimistic lock',
    ...{ database: 'mysql', scenario: 'hot', connections: 200 },
    measured: (product, cells) =>
      ratio(product, referenceOf(product, cells, 'pessimistic-lock'), (round) => round.p99Ms)?.median ?? null,
    atLeast: 1 / 12,
    beyond: 1 / 18,
    isCeiling: true,
  },
  {
    title: 'fsyncs a sale',
    ...{ database: 'mysql', scenario: 'hot', connections: 200 },
    measured: (product) => medianOf(product, (round) => round.fsyncsPerSale),
    atLeast: 0.05,
    beyond: 0.02,
    isCeiling: true,
  },
  { ...toMark('no-op', 'mysql', 'sold-out', 200), title: 'refusals / no-op', atLeast: 0.8, beyond: 1 },
  { ...toMark('no-op', 'embedded', 'hot', 200), atLeast: 0.7, beyond: 0.9 },
  ...[50, 200, 1000].map((connections) => ({
    ...toPlain('two processes / one', connections, ({ processes }) => processes === 2),
    ...{ atLeast: 1, beyond: 1.2 },
  })),
  {
    ...toPlain('on 10 million stored sales / on none', 200, ({ storedSales }) => storedSales === 10_000_000),
    ...{ atLeast: 0.9, beyond: 1 },
  },
  {
    ...toPlain('remote database / database at hand', 1000, ({ isRemote }) => isRemote),
    ...{ atLeast: 0.8, beyond: 0.95 },
  },
];

function toMark(mark: SubjectName, database: DatabaseKind, scenario: ScenarioName, connections: number) {
  return {
    title: `sales / ${SUBJECTS[mark].title}`,
    database,
    scenario,
    connections,
    measured: (product: Cell, cells: readonly Cell[]) =>
      ratio(product, referenceOf(product, cells, mark))?.median ?? null,
  };
}

/** The product under other conditions, beside the plain product. */
function toPlain(title: string, connections: number, isMeant: (contestant: Contestant) => boolean) {
  return {
    ...{ title, database: 'mysql', scenario: 'hot', connections },
    measured: (product: Cell, cells: readonly Cell[]) => {
      const meant = cells.find(
        ({ group, contestant }) =>
          group === product.group && contestant.subject === 'product' && isMeant(contestant),
      );
      return ratio(meant, product)?.median ?? null;
    },
  } satisfies Partial<Goal>;
}

interface Reached extends Goal {
  value: number;
}

/** Goals that this run says something of, and how near they are. `undefined` when it says nothing. */
export function goalsTable(cells: readonly Cell[]): string | undefined {
  const reached = GOALS.flatMap((goal): Reached[] => {
    const product = cells.find(
      ({ group, contestant }) =>
        group.database === goal.database &&
        group.scenario === goal.scenario &&
        group.connections === goal.connections &&
        contestant.subject === 'product' &&
        isPlain(contestant),
    );
    const value = product ? goal.measured(product, cells) : null;
    return value === null ? [] : [{ ...goal, value }];
  });
  if (reached.length === 0) return undefined;
  const bound = ({ isCeiling }: Goal, value: number) =>
    `${isCeiling ? 'at most' : 'at least'} ${figure(value)}`;
  return markdownTable(reached, [
    { title: 'goal', text: ({ title }) => title },
    {
      title: 'where',
      text: ({ database, scenario, connections }) => `${database}, ${scenario}, ${connections} connections`,
    },
    { title: 'measured', text: ({ value }) => figure(value), isFigure: true },
    { title: 'bound', text: (goal) => bound(goal, goal.atLeast) },
    { title: 'beyond', text: (goal) => bound(goal, goal.beyond) },
    { title: 'verdict', text: goalVerdict },
  ]);
}

export function goalVerdict({
  value,
  atLeast,
  beyond,
  isCeiling,
}: Pick<Reached, 'value' | 'atLeast' | 'beyond' | 'isCeiling'>): string {
  const meets = (limit: number) => (isCeiling ? value <= limit : value >= limit);
  if (meets(beyond)) return 'beyond';
  return meets(atLeast) ? 'met' : '**missed**';
}

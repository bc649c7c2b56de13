import { type DeadLetterGroups, listDeadLetterGroups } from '#client';
import { type CommonOptions, type Session } from '../session.js';
import { print, printJson } from '../terminal/output.js';
import { type Column, type Cell, tableOf } from '../terminal/table.js';
import { shownTime } from '../terminal/times.js';
import { count } from '../terminal/units.js';
import { adviceOn } from './cause-advice.js';
import { filterArguments, letterFilter, type LetterFilterOptions } from './letter-filter.js';
import { productSubject } from './letter-subject.js';

type Group = DeadLetterGroups['items'][number];

const SHOWN_PRODUCTS = 2;

/** What it is about comes last: a narrow terminal cuts that. */
const COLUMNS: readonly Column[] = [
  { title: 'CAUSE' },
  { title: 'QUEUE' },
  { title: 'LETTERS', align: 'right' },
  { title: 'FIRST' },
  { title: 'LAST' },
  { title: 'LAST HOUR' },
  { title: 'REFUSED' },
  { title: 'MUTED UNTIL' },
  { title: 'ABOUT' },
];

/** What there is to do. */
export async function showGroups(
  { api, json }: Session,
  options: LetterFilterOptions & CommonOptions,
): Promise<void> {
  const query = letterFilter(options);
  const groups = await api.read((request) => listDeadLetterGroups({ ...request, query }));
  if (json) return printJson(groups);
  const { items } = groups;
  if (items.length === 0) return print('No dead letter is open.');
  print(
    await tableOf(COLUMNS, items.map(rowOf)),
    '',
    'REFUSED: what buyers asked for in vain since the last restock order.',
  );
  for (const cause of new Set(items.map((group) => group.cause))) {
    const advice = adviceOn(cause);
    if (advice) print('', `${cause}: ${advice.advice}`);
  }
  const filter = filterArguments(options);
  const [first] = items;
  print(
    '',
    'Next:',
    `  npm run ops -- dead-letters list${filter || ` --cause ${first!.cause}`}`,
    `  npm run ops -- redrive${filter || ` --cause ${first!.cause}`} --first`,
  );
}

function rowOf(group: Group): Cell[] {
  const { cause, queue, letters, copies, refusedUnits, firstOpenedAt, lastOpenedAt } = group;
  return [
    cause,
    queue,
    copies > letters ? `${letters} (${count(copies, 'message')})` : letters,
    shownTime(firstOpenedAt),
    shownTime(lastOpenedAt),
    growth(group),
    refusedUnits > 0 ? { text: count(refusedUnits, 'unit'), state: 'bad' } : undefined,
    shownTime(group.mutedUntil),
    aboutGroup(group),
  ];
}

function aboutGroup({ products, skus, restockOrders }: Group): string | undefined {
  if (products.length === 0) return restockOrders > 0 ? count(restockOrders, 'restock order') : undefined;
  const named = products
    .slice(0, SHOWN_PRODUCTS)
    .map(({ sku, productName }) => productSubject(sku, productName));
  const more = skus - named.length;
  return named.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function growth({ lettersInLastHour }: Group): Cell {
  return lettersInLastHour > 0 ? { text: `growing, ${lettersInLastHour} new`, state: 'bad' } : 'none new';
}

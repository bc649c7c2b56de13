import { type DeadLetterSummary, listDeadLetters } from '#client';
import { shortId } from '../api/id-lookup.js';
import { readPages } from '../api/pages.js';
import { type CommonOptions, type Session } from '../session.js';
import { note, print, printJson } from '../terminal/output.js';
import { type Column, type Cell, tableOf } from '../terminal/table.js';
import { shownTime } from '../terminal/times.js';
import { letterFilter, type LetterFilterOptions } from './letter-filter.js';
import { aboutLetter, letterState } from './letter-subject.js';

/** What to list. */
export interface ListOptions extends LetterFilterOptions {
  status: 'OPEN' | 'REDRIVEN' | 'DISCARDED' | 'ANY';
  limit: number;
  all?: boolean;
}

const COLUMNS: readonly Column[] = [
  { title: 'ID' },
  { title: 'OPENED' },
  { title: 'STATE' },
  { title: 'QUEUE' },
  { title: 'CAUSE' },
  { title: 'ABOUT' },
  { title: 'DETAIL' },
];

/** Dead letters one by one. */
export async function listLetters(
  { api, json }: Session,
  options: ListOptions & CommonOptions,
): Promise<void> {
  const { status, all } = options;
  const query = { ...letterFilter(options), ...(status !== 'ANY' && { status }) };
  const page = await readPages(
    (part) => api.read((request) => listDeadLetters({ ...request, query: { ...query, ...part } })),
    all ? Infinity : options.limit,
  );
  if (json) return printJson(page);
  if (page.items.length === 0) return print('No dead letter matches.');
  print(await tableOf(COLUMNS, page.items.map(rowOf)));
  if (page.nextCursor !== null) note(`There are more: --limit ${options.limit * 5}, or --all`);
}

function rowOf(letter: DeadLetterSummary): Cell[] {
  const { id, openedAt, status, queue, cause, copies } = letter;
  return [
    shortId(id),
    shownTime(openedAt),
    letterState(status),
    queue,
    cause.code,
    aboutLetter(letter),
    copies > 1 ? `${cause.detail} (${copies} messages)` : cause.detail,
  ];
}

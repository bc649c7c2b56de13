import { type AuditEntry, getOperator, listAuditEntries, type ListAuditEntriesData } from '#client';
import { shortId } from '../api/id-lookup.js';
import { readPages } from '../api/pages.js';
import { type CommonOptions, type Session } from '../session.js';
import { note, print, printJson } from '../terminal/output.js';
import { type Column, type Cell, tableOf } from '../terminal/table.js';
import { shownTime, timeOf } from '../terminal/times.js';

export interface AuditOptions {
  actor?: string;
  action?: string;
  subject?: string;
  since?: string;
  until?: string;
  limit: number;
}

type Query = NonNullable<ListAuditEntriesData['query']>;

const COLUMNS: readonly Column[] = [
  { title: 'AT' },
  { title: 'WHO' },
  { title: 'DID' },
  { title: 'TO' },
  { title: 'NOTE' },
  { title: 'CHANGE' },
];

/** Entries of `who`. */
const LAST_ENTRIES = 5;

/** Whose key this is, and what operators did last. */
export async function showOperator({ api, json }: Session): Promise<void> {
  const operator = await api.read((request) => getOperator({ ...request }));
  const audit = await api.read((request) => listAuditEntries({ ...request, query: { limit: LAST_ENTRIES } }));
  if (json) return printJson({ operator, audit });
  print(`You are ${operator.name}, ${operator.role}: you may ${MAY[operator.role]}.`);
  print(`The key is from ${api.connection.keySource}, the sales API is at ${api.connection.url}.`);
  if (audit.items.length > 0) print('', await auditTable(audit.items));
}

const MAY = {
  viewer: 'read all',
  operator: 'read all, redrive and discard dead letters, cancel orders, and adjust stock',
  admin: 'do everything, keys and products among it',
};

/** Who did what, newest first. */
export async function showAudit(
  { api, json }: Session,
  options: AuditOptions & CommonOptions,
): Promise<void> {
  const page = await readPages(
    (part) =>
      api.read((request) => listAuditEntries({ ...request, query: { ...queryOf(options), ...part } })),
    options.limit,
  );
  if (json) return printJson(page);
  if (page.items.length === 0) return print('Nothing of the kind was done.');
  print(await auditTable(page.items));
  if (page.nextCursor !== null) note(`There are more: --limit ${options.limit * 5}`);
}

function queryOf({ actor, action, subject, since, until }: AuditOptions): Query {
  return {
    ...(actor !== undefined && { actor }),
    ...(action !== undefined && { action }),
    ...(subject !== undefined && subjectOf(subject)),
    ...(since !== undefined && { since: timeOf(since) }),
    ...(until !== undefined && { until: timeOf(until) }),
  };
}

/** A type, an id, or both. */
function subjectOf(text: string): Query {
  const [, type, id] = /^(?:([a-z_]+)(?::|$))?(.*)$/.exec(text)!;
  return {
    ...(type && { subjectType: type as Query['subjectType'] }),
    ...(id && { subjectId: id }),
  };
}

function auditTable(entries: readonly AuditEntry[]): Promise<string> {
  return tableOf(COLUMNS, entries.map(rowOf));
}

function rowOf({
  at,
  actor,
  action,
  subjectType,
  subjectId,
  note: reason,
  oldValues,
  newValues,
}: AuditEntry): Cell[] {
  const subject = action.startsWith(subjectType)
    ? shortId(subjectId)
    : `${subjectType} ${shortId(subjectId)}`;
  return [shownTime(at), actor, action, subject, reason, changeText(oldValues, newValues)];
}

/** What differs, such as `onHand 100 -> 97`. */
function changeText(before: AuditEntry['oldValues'], after: AuditEntry['newValues']): string {
  return Object.entries(after ?? {})
    .filter(([name, value]) => JSON.stringify(before?.[name] ?? null) !== JSON.stringify(value))
    .filter(([name, value]) => before?.[name] !== undefined || !isNothing(value))
    .map(([name, value]) => {
      const old = before && Object.hasOwn(before, name) ? `${textOf(before[name])} -> ` : '';
      return `${name} ${old}${textOf(value)}`;
    })
    .join(', ');
}

function isNothing(value: unknown): boolean {
  return value === false || value === 0 || JSON.stringify(value) === '{}';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

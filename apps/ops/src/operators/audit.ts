import { type AuditEntry, getOperator, listAuditEntries, type ListAuditEntriesData } from '#client';
import { isDeepStrictEqual } from 'node:util';
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

function rowOf(entry: AuditEntry): Cell[] {
  const { at, actor, action, note: reason, oldValues, newValues } = entry;
  return [shownTime(at), actor, action, subjectText(entry), reason, changeText(oldValues, newValues)];
}

/** A key by its name, and all else by its id. */
function subjectText({ action, subjectType, subjectId, oldValues, newValues }: AuditEntry): string {
  const name = subjectType === 'api_key' ? (newValues ?? oldValues)?.name : undefined;
  const subject = typeof name === 'string' ? name : shortId(subjectId);
  return action.startsWith(subjectType) ? subject : `${subjectType} ${subject}`;
}

/** What differs, such as `onHand 100 -> 97`. */
function changeText(before: AuditEntry['oldValues'], after: AuditEntry['newValues']): string {
  return Object.entries(after ?? {})
    .map(([name, value]) => ({ name, old: before?.[name] ?? undefined, value }))
    .filter(({ old, value }) => (old === undefined ? !isNothing(value) : !isDeepStrictEqual(old, value)))
    .map(({ name, old, value }) => `${name} ${old === undefined ? '' : `${textOf(old)} -> `}${textOf(value)}`)
    .join(', ');
}

function isNothing(value: unknown): boolean {
  return value === null || value === false || value === 0 || isDeepStrictEqual(value, {});
}

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.map(textOf).join(' ');
  return `(${Object.entries(value)
    .map(([name, member]) => `${name} ${textOf(member)}`)
    .join(', ')})`;
}

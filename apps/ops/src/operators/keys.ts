import {
  addApiKey,
  type ApiKey,
  type ApiKeyWithSecret,
  listApiKeys,
  revokeApiKey,
  rotateApiKey,
} from '#client';
import { type OperationsApi } from '../api/operations-api.js';
import { type Page, readPages } from '../api/pages.js';
import { NoAnswer } from '../api/refusal.js';
import { Failure } from '../failure.js';
import { type CommonOptions, type Session } from '../session.js';
import { note, print, printJson } from '../terminal/output.js';
import { type Column, type Cell, tableOf } from '../terminal/table.js';
import { durationMs, shownTime } from '../terminal/times.js';

export interface RotateOptions {
  overlap: string;
}

const COLUMNS: readonly Column[] = [
  { title: 'NAME' },
  { title: 'ROLE' },
  { title: 'STATE' },
  { title: 'LAST USED' },
  { title: 'MADE' },
  { title: 'BY' },
  { title: 'KEY BEFORE VALID UNTIL' },
];

/** The keys of operators, by name. */
export async function listKeys({ api, json }: Session): Promise<void> {
  const page = await readKeys(api);
  if (json) return printJson(page);
  if (page.items.length === 0) return print('There is no key but that of OPERATIONS_API_KEY.');
  print(await tableOf(COLUMNS, page.items.map(rowOf)));
}

/** Makes a key. */
export async function addKey(session: Session, name: string, role: ApiKey['role']): Promise<void> {
  const made = await once(() =>
    session.api.writeOnce((request) => addApiKey({ ...request, body: { name, role } })),
  );
  showKey(session, made);
}

/** Replaces a key. */
export async function rotateKey(
  session: Session,
  options: RotateOptions & CommonOptions,
  name: string,
): Promise<void> {
  const overlapSeconds = durationMs(options.overlap) / 1_000;
  const { id } = await keyOf(session.api, name);
  const rotated = await once(() =>
    session.api.writeOnce((request) => rotateApiKey({ ...request, path: { id }, body: { overlapSeconds } })),
  );
  showKey(session, rotated);
  if (!session.json) note(`The key before is valid until ${shownTime(rotated.previousValidUntil) ?? 'now'}.`);
}

/** Ends a key. */
export async function revokeKey({ api, json }: Session, name: string): Promise<void> {
  const { id } = await keyOf(api, name);
  const revoked = await once(() => api.writeOnce((request) => revokeApiKey({ ...request, path: { id } })));
  if (json) printJson(revoked);
  else print(`Revoked: ${name}. Every process refuses it within two seconds.`);
}

/** The key alone goes to standard output, so that it can be piped into a store of secrets. */
function showKey({ json }: Session, made: ApiKeyWithSecret): void {
  if (json) return printJson(made);
  note(`The key of ${made.name}, ${made.role}. It is shown this once; its holder sets OPERATIONS_KEY to it:`);
  print(made.key);
}

function readKeys(api: OperationsApi): Promise<Page<ApiKey>> {
  return readPages((query) => api.read((request) => listApiKeys({ ...request, query })));
}

async function keyOf(api: OperationsApi, name: string): Promise<ApiKey> {
  const { items } = await readKeys(api);
  const found = items.find((key) => key.name === name);
  if (found) return found;
  const names = items.filter(({ status }) => status === 'VALID').map((key) => key.name);
  throw new Failure(`There is no key ${name}. There are: ${names.join(', ') || 'none'}`);
}

/** These writes take no idempotency key, since an answer with a key is not stored. */
async function once<Data>(write: () => Promise<Data>): Promise<Data> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    throw new Failure(
      `${error.message}\nIt may have been done: look with npm run ops -- keys. A key that was lost is replaced by: keys rotate`,
    );
  }
}

function rowOf({ name, role, status, lastUsedAt, createdAt, createdBy, previousValidUntil }: ApiKey): Cell[] {
  return [
    name,
    role,
    status === 'VALID' ? { text: status, state: 'good' } : status,
    shownTime(lastUsedAt) ?? 'never',
    shownTime(createdAt),
    createdBy,
    shownTime(previousValidUntil),
  ];
}

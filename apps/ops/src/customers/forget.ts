import { type ForgetCustomerResponse, forgetCustomer } from '#client';
import { LONG_TIMEOUT_MS } from '../api/operations-api.js';
import { Failure } from '../failure.js';
import { type CommonOptions, type NoteOption, type Session } from '../session.js';
import { confirm, isInteractive } from '../terminal/confirm.js';
import { print, printJson } from '../terminal/output.js';
import { type Column, tableOf } from '../terminal/table.js';

type Erasure = ForgetCustomerResponse;

export interface ForgetOptions extends NoteOption {
  dryRun?: boolean;
  yes?: boolean;
}

const COLUMNS: readonly Column[] = [{ title: 'IN' }, { title: 'ROWS', align: 'right' }];

/** Counts where the address of a buyer stands; and erases it when that is wanted. */
export async function forget(
  { api, json }: Session,
  { dryRun = false, yes = false, note }: ForgetOptions & CommonOptions,
  email: string,
): Promise<void> {
  const ask = (isDryRun: boolean) =>
    api.write(
      (request) => forgetCustomer({ ...request, body: { email, note, dryRun: isDryRun } }),
      LONG_TIMEOUT_MS,
    );
  if (dryRun || !yes) {
    const found = await ask(true);
    if (dryRun || rowsOf(found) === 0) return json ? printJson(found) : printErasure(found);
    if (!json) await printErasure(found);
    if (!(isInteractive() && (await confirm('Erase it? It cannot be brought back.')))) {
      throw new Failure('Nothing was changed. Erase it: the same command with --yes', 1, found);
    }
  }
  const erased = await ask(false);
  if (json) printJson(erased);
  else await printErasure(erased);
}

async function printErasure(erasure: Erasure): Promise<void> {
  const { customer, dryRun, erased } = erasure;
  if (rowsOf(erasure) === 0) return print('The address stands nowhere.');
  const rows = Object.entries(erased).filter(([, count]) => count > 0);
  print(
    await tableOf(
      COLUMNS,
      rows.map(([name, count]) => [wordsOf(name), String(count)]),
    ),
  );
  if (!dryRun) print('', `Erased. The audit names the buyer customer:${customer}.`);
}

function rowsOf({ erased }: Erasure): number {
  return Object.values(erased).reduce((sum, count) => sum + count, 0);
}

/** `deadLetters` as `dead letters`. */
function wordsOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

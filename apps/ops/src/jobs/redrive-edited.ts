import { getDeadLetter, redriveDeadLetter } from '#client';
import { findLetterId } from '../dead-letters/letter-lookup.js';
import { Failure, usageFailure } from '../failure.js';
import { type CommonOptions, type Session } from '../session.js';
import { confirm, isInteractive } from '../terminal/confirm.js';
import { print, printJson } from '../terminal/output.js';
import { printable } from '../terminal/printable.js';
import { type RedriveOptions } from './redrive.js';
import { type Change, changed, type Message } from './message-edit.js';

/** Redrives one letter with a message that an operator has corrected. */
export async function redriveEdited(
  { api, json }: Session,
  options: RedriveOptions & CommonOptions,
  parts: string[],
): Promise<void> {
  const { edit, set = [], note } = options;
  if (edit === undefined || set.length === 0)
    throw usageFailure('An edit needs both: --edit ID --set MEMBER=VALUE');
  if (parts.length > 0) throw usageFailure('An edit is of one letter: give its id with --edit alone');
  const id = await findLetterId(api, edit);
  const letter = await api.read((request) => getDeadLetter({ ...request, path: { id } }));
  const { message, changes } = changed(messageIn(letter.body), set);
  if (!json) print(`Dead letter ${id}, ${letter.queue}, ${letter.cause.code}`, ...changes.map(changeText));
  if (options.dryRun) return json ? printJson(message) : print('Nothing was done.');
  if (!options.yes) {
    if (!isInteractive()) return print('', 'Nothing was done yet. Do it: the same with --yes');
    if (!(await confirm('Redrive it so?'))) return print('Nothing was done.');
  }
  const body = { message, ...(note !== undefined && { note }) };
  const redriven = await api.write((request) => redriveDeadLetter({ ...request, path: { id }, body }));
  if (json) printJson(redriven);
  else print(`Redriven. The original message is kept: npm run ops -- dead-letters show ${id}`);
}

function messageIn(body: string): Message {
  try {
    const message: unknown = JSON.parse(body);
    if (typeof message === 'object' && message !== null && !Array.isArray(message)) return message as Message;
  } catch {
    // Told below.
  }
  throw new Failure('The message is no JSON object, so that no member of it can be set.');
}

function changeText({ path, before, after }: Change): string {
  return printable(`  ${path}: ${JSON.stringify(before) ?? 'not there'} -> ${JSON.stringify(after)}`);
}

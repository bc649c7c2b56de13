import { type DeadLetter, discardDeadLetter } from '#client';
import { type CommonOptions, type NoteOption, type Session } from '../session.js';
import { print, printJson } from '../terminal/output.js';
import { printable } from '../terminal/printable.js';
import { findLetterId } from './letter-lookup.js';
import { describeLetter } from './letter-subject.js';

/** Gives messages up. Every part of an id is looked up before the first letter is discarded. */
export async function discardLetters(
  { api, json }: Session,
  { note }: NoteOption & CommonOptions,
  parts: string[],
): Promise<void> {
  const ids: string[] = [];
  for (const part of parts) ids.push(await findLetterId(api, part));
  const discarded: DeadLetter[] = [];
  for (const id of new Set(ids)) {
    const letter = await api.write((request) =>
      discardDeadLetter({ ...request, path: { id }, body: { note } }),
    );
    discarded.push(letter);
    if (!json) print(`Discarded  ${letter.id}  ${printable(describeLetter({ ...letter, status: 'OPEN' }))}`);
  }
  if (json) printJson(discarded.length === 1 ? discarded[0] : { items: discarded });
}

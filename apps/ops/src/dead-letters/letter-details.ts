import { type DeadLetter, getDeadLetter } from '#client';
import { type Session } from '../session.js';
import { print, printJson } from '../terminal/output.js';
import { printable, printableJson } from '../terminal/printable.js';
import { type Field, type Column, fieldsOf, tableOf } from '../terminal/table.js';
import { fullTime, shownTime } from '../terminal/times.js';
import { count } from '../terminal/units.js';
import { adviceOn } from './cause-advice.js';
import { findLetterId } from './letter-lookup.js';
import { aboutLetter, letterState } from './letter-subject.js';

const ATTEMPT_COLUMNS: readonly Column[] = [
  { title: 'RECEIVE', align: 'right' },
  { title: 'FAILED' },
  { title: 'CAUSE' },
  { title: 'DETAIL' },
];

/** One dead letter with all that is known of it. */
export async function showLetter({ api, json }: Session, part: string): Promise<void> {
  const id = await findLetterId(api, part);
  const letter = await api.read((request) => getDeadLetter({ ...request, path: { id } }));
  if (json) return printJson(letter);
  print(await fieldsOf(fieldsOfLetter(letter)));
  print('', 'Attempts', await tableOf(ATTEMPT_COLUMNS, letter.attempts.map(attemptRow)));
  print('', 'Message', indented(prettyBody(letter.body)));
  if (letter.editedBody) print('', 'Sent in its place', indented(printableJson(letter.editedBody)));
  if (Object.keys(letter.attributes).length > 0) {
    print('', 'Attributes of the message', indented(printableJson(letter.attributes)));
  }
  const advice = adviceOn(letter.cause.code);
  if (advice) print('', `What it means: ${advice.meaning}`, `What to do: ${advice.advice}`);
  if (letter.status === 'OPEN') {
    print(
      '',
      'Next:',
      `  npm run ops -- redrive ${id}`,
      `  npm run ops -- dead-letters discard ${id} --note "..."`,
    );
  }
}

function fieldsOfLetter(letter: DeadLetter): Field[] {
  const { id, status, queue, cause, about, copies, lastCopyAt, openedAt } = letter;
  const { resolvedAt, resolvedBy, resolutionNote } = letter;
  return [
    ['Dead letter', id],
    ['State', letterState(status)],
    ['Opened', fullTime(openedAt)],
    ['Queue', queue],
    ['Cause', `${cause.code}: ${cause.detail}`],
    ['About', aboutLetter(letter)],
    ['Restock order', about.restockOrderId],
    ['Factory', about.factoryId],
    [
      'Buyers refused',
      about.refusedUnits ? `${count(about.refusedUnits, 'unit')} since the last restock order` : undefined,
    ],
    [
      'Messages',
      copies > 1 ? `${copies} that failed at this, the last one at ${shownTime(lastCopyAt)}` : undefined,
    ],
    ['Resolved', resolvedAt ? `${fullTime(resolvedAt)} by ${resolvedBy}` : undefined],
    ['Note', resolutionNote],
  ];
}

function attemptRow({ receiveCount, failedAt, code, detail }: DeadLetter['attempts'][number]) {
  return [receiveCount, shownTime(failedAt), code, detail];
}

/** A message that is JSON over several lines. */
function prettyBody(body: string): string {
  try {
    return printableJson(JSON.parse(body));
  } catch {
    return printable(body);
  }
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}

import { type Command, Option } from 'commander';
import { action, type NoteOption } from '../session.js';
import { wholeNumber, withExamples } from '../terminal/arguments.js';
import { type LetterFilterOptions, withLetterFilter } from './letter-filter.js';
import { type ListOptions } from './letter-list.js';
import { type MuteOptions } from './letter-mute.js';

export function addDeadLetterCommands(program: Command): void {
  const letters = program
    .command('dead-letters')
    .description('what there is to do: the open dead letters by cause and queue, and what to do about each');
  withLetterFilter(letters).action(
    action<LetterFilterOptions>(async (...given) =>
      (await import('./letter-groups.js')).showGroups(...given),
    ),
  );
  withExamples(letters, 'dead-letters', 'dead-letters --queue restock --since 2h');

  const list = letters.command('list').description('the dead letters one by one, newest first');
  withLetterFilter(list)
    .addOption(
      new Option('--status <status>', 'their state')
        .choices(['OPEN', 'REDRIVEN', 'DISCARDED', 'ANY'])
        .default('OPEN'),
    )
    .option('--limit <count>', 'how many', wholeNumber(1, 100_000), 20)
    .option('--all', 'all of them')
    .action(
      action<ListOptions>(async (...given) => (await import('./letter-list.js')).listLetters(...given)),
    );
  withExamples(
    list,
    'dead-letters list --cause FACTORY.REFUSED --sku CP-502101',
    'dead-letters list --status ANY --all',
  );

  const show = letters
    .command('show <id>')
    .description('one dead letter: its message, its attempts, and what to do about it')
    .action(
      action<object, [string]>(async (session, _options, ...given) =>
        (await import('./letter-details.js')).showLetter(session, ...given),
      ),
    );
  withExamples(show, 'dead-letters show 3f6f1c2a');

  const discard = letters
    .command('discard <ids...>')
    .description('give messages up: they are never handled, and the restock order of one is cancelled')
    .option('--note <text>', 'why: kept with the letter and in the audit')
    .action(
      action<NoteOption, [string[]]>(async (...given) =>
        (await import('./letter-discard.js')).discardLetters(...given),
      ),
    );
  withExamples(discard, 'dead-letters discard 3f6f1c2a 77d0b1e2 --note "test messages"');

  addMute(letters);
}

function addMute(letters: Command): void {
  const mute = letters
    .command('mute <queue> <cause>')
    .description('no mail of further dead letters of a queue and cause for a time')
    .addOption(new Option('--for <span>', 'such as 2h, 30 days at most').conflicts(['until', 'off']))
    .addOption(new Option('--until <time>', 'such as "2026-12-01 09:00"').conflicts(['off']))
    .option('--off', 'mails again from now on')
    .option('--note <text>', 'why: kept in the audit')
    .action(
      action<MuteOptions, [string, string]>(async (...given) =>
        (await import('./letter-mute.js')).muteGroup(...given),
      ),
    );
  withExamples(
    mute,
    'dead-letters mute restock FACTORY.REFUSED --for 2h',
    'dead-letters mute restock FACTORY.REFUSED --off',
  );
}

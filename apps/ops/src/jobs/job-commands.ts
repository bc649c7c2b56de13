import { type Command, Option } from 'commander';
import { withLetterFilter } from '../dead-letters/letter-filter.js';
import { action } from '../session.js';
import { collect, wholeNumber, withExamples } from '../terminal/arguments.js';
import { type JobLetterOptions, type JobListOptions } from './job-list.js';
import { type JobStartOptions } from './job-start.js';
import { type RedriveOptions } from './redrive.js';

const OUTCOMES = [
  'PENDING',
  'REDRIVEN',
  'DISCARDED',
  'SATISFIED',
  'UNSAFE',
  'NOT_REDRIVABLE',
  'RESOLVED_BEFORE',
  'CANCELLED',
];

const PLANS = ['REDRIVE', 'DISCARD', 'SATISFIED', 'UNSAFE', 'NOT_REDRIVABLE'];

const STATUSES = ['PLANNED', 'RUNNING', 'PAUSED', 'DONE', 'CANCELLED'];

export function addJobCommands(program: Command): void {
  addRedrive(program);
  const jobs = program
    .command('jobs')
    .description('jobs that redrive or discard dead letters, newest first')
    .addOption(new Option('--status <status>', 'in this state').choices(STATUSES))
    .option('--limit <count>', 'how many', wholeNumber(1, 10_000), 20)
    .action(action<JobListOptions>(async (...given) => (await import('./job-list.js')).listJobs(...given)));
  withExamples(jobs, 'jobs --status RUNNING');

  const show = jobs
    .command('show <id>')
    .description('one job: its plan, and how far it is')
    .option('--follow', 'until it is done')
    .action(
      action<{ follow?: boolean }, [string]>(async (...given) =>
        (await import('./job-details.js')).showJob(...given),
      ),
    );
  withExamples(show, 'jobs show 3f6f1c2a --follow');

  const start = jobs
    .command('start <id>')
    .description('do what a job plans, and follow it; one that is PAUSED goes on')
    .option('--first', 'the first letter alone, as a test')
    .option('--detach', 'do not follow it')
    .action(
      action<JobStartOptions, [string]>(async (...given) =>
        (await import('./job-start.js')).startJob(...given),
      ),
    );
  withExamples(start, 'jobs start 3f6f1c2a');

  const cancel = jobs
    .command('cancel <id>')
    .description('leave the letters open that a job has not come to')
    .action(
      action<object, [string]>(async (session, _options, ...given) =>
        (await import('./job-details.js')).cancelJob(session, ...given),
      ),
    );
  withExamples(cancel, 'jobs cancel 3f6f1c2a');

  const letters = jobs
    .command('letters <id>')
    .description('the letters of a job, in the order of their turns')
    .addOption(new Option('--outcome <outcome>', 'with this outcome').choices(OUTCOMES))
    .addOption(new Option('--plan <plan>', 'with this plan').choices(PLANS))
    .option('--limit <count>', 'how many', wholeNumber(1, 100_000), 20)
    .option('--all', 'all of them')
    .action(
      action<JobLetterOptions, [string]>(async (...given) =>
        (await import('./job-list.js')).listJobLetters(...given),
      ),
    );
  withExamples(letters, 'jobs letters 3f6f1c2a --outcome UNSAFE');
}

function addRedrive(program: Command): void {
  const redrive = program
    .command('redrive [ids...]')
    .description(
      'send the messages of open dead letters again: plans it, shows the plan, asks, and follows it',
    );
  withLetterFilter(redrive)
    .option('--rate <letters>', 'letters a second', wholeNumber(1, 1_000), 10)
    .option('--unsafe', 'also what may then be done twice, such as an order whose answer was lost')
    .option('--note <text>', 'why: kept with the letters and in the audit')
    .option('--dry-run', 'plan it, and send nothing; the plan can be started later')
    .option('--first', 'the first letter alone, as a test; at a terminal you are then asked for the rest')
    .option('--yes', 'do not ask; with --first, do the test alone')
    .option('--detach', 'start it and do not follow it')
    .addOption(new Option('--edit <id>', 'redrive one letter with another message, see --set'))
    .option('--set <member=value>', 'in the message: a member, or a path such as lines.0.quantity', collect)
    .action(
      action<RedriveOptions, [string[]]>(async (session, options, ids) =>
        options.edit === undefined && options.set === undefined
          ? (await import('./redrive.js')).redrive(session, options, ids)
          : (await import('./redrive-edited.js')).redriveEdited(session, options, ids),
      ),
    );
  withExamples(
    redrive,
    'redrive --cause FACTORY.REFUSED --first',
    'redrive 3f6f1c2a --note "the factory works again"',
    'redrive --edit 3f6f1c2a --set quantity=7',
  );
}

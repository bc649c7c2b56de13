import { cancelDeadLetterJob, type DeadLetterJob, planDeadLetterJob } from '#client';
import { type OperationsApi } from '../api/operations-api.js';
import { letterFilter, type LetterFilterOptions } from '../dead-letters/letter-filter.js';
import { findLetterId } from '../dead-letters/letter-lookup.js';
import { type CommonOptions, type Session } from '../session.js';
import { confirm, isInteractive } from '../terminal/confirm.js';
import { print, printJson } from '../terminal/output.js';
import { count } from '../terminal/units.js';
import { runFirst, runJob } from './job-start.js';
import { lettersToDo, planText } from './job-text.js';

export interface RedriveOptions extends LetterFilterOptions {
  rate: number;
  unsafe?: boolean;
  note?: string;
  dryRun?: boolean;
  first?: boolean;
  yes?: boolean;
  detach?: boolean;
  edit?: string;
  set?: string[];
}

/** Plans a job, shows the plan, asks, and does it. */
export async function redrive(
  session: Session,
  options: RedriveOptions & CommonOptions,
  parts: string[],
): Promise<void> {
  const { api, json } = session;
  const job = await plan(api, options, parts);
  const say = json ? () => undefined : print;
  say(job.letters === 0 ? 'No open dead letter matches.' : planText(job));
  if (lettersToDo(job) === 0) return leave(session, job);
  if (options.dryRun || !(options.yes || isInteractive())) {
    if (json) return printJson(job);
    return print(
      '',
      'Nothing was done yet. Do it, as a test with the first letter, or with all:',
      `  npm run ops -- jobs start ${job.id} --first`,
      `  npm run ops -- jobs start ${job.id}`,
    );
  }
  if (!(await isConfirmed(options, job))) {
    say('Nothing was done.');
    return leave(session, job);
  }
  if (options.first) await redriveFirst(session, options, job);
  else await runJob(session, job.id, options.detach);
}

async function plan(api: OperationsApi, options: RedriveOptions, parts: string[]): Promise<DeadLetterJob> {
  const ids: string[] = [];
  for (const part of parts) ids.push(await findLetterId(api, part));
  const body = {
    action: 'REDRIVE' as const,
    ...letterFilter(options),
    ...(ids.length > 0 && { ids: [...new Set(ids)] }),
    includesUnsafe: options.unsafe ?? false,
    lettersPerSecond: options.rate,
    ...(options.note !== undefined && { note: options.note }),
  };
  return api.write((request) => planDeadLetterJob({ ...request, body }));
}

/** A plan that nobody will start is not left behind. */
async function leave({ api, json }: Session, { id }: DeadLetterJob): Promise<void> {
  const cancelled = await api.write((request) => cancelDeadLetterJob({ ...request, path: { id } }));
  if (json) printJson(cancelled);
}

async function isConfirmed({ yes, first }: RedriveOptions, job: DeadLetterJob): Promise<boolean> {
  if (yes) return true;
  return confirm(
    first ? 'Redrive the first one as a test?' : `Do this with ${count(lettersToDo(job), 'letter')}?`,
  );
}

/** The rest follows if a person says so: `--yes` confirms the test alone. */
async function redriveFirst(session: Session, { yes }: RedriveOptions, { id }: DeadLetterJob): Promise<void> {
  const { isFine, job } = await runFirst(session, id);
  const left = job.outcomes.PENDING ?? 0;
  if (left === 0 || session.json) return;
  const asks = isFine && !yes && isInteractive();
  if (asks && (await confirm(`Go on with the other ${left}?`))) return runJob(session, id);
  print(
    '',
    `${count(left, 'letter')} left. Go on, or leave them open:`,
    `  npm run ops -- jobs start ${id}`,
    `  npm run ops -- jobs cancel ${id}`,
  );
}

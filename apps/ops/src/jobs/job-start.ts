import { type DeadLetterJob, getDeadLetterJob, startDeadLetterJob } from '#client';
import { type OperationsApi } from '../api/operations-api.js';
import { type CommonOptions, type Session } from '../session.js';
import { print, printJson } from '../terminal/output.js';
import { followJob } from './follow-job.js';
import { watchFirst } from './first-letter.js';
import { findJobId } from './job-lookup.js';
import { outcomeText } from './job-text.js';

const NEXT = [
  'If a message fails again, it is listed:  npm run ops -- dead-letters',
  'What became of the orders:               npm run ops -- orders',
];

export interface JobStartOptions {
  first?: boolean;
  detach?: boolean;
}

/** Does what a job plans. */
export async function startJob(
  session: Session,
  options: JobStartOptions & CommonOptions,
  part: string,
): Promise<void> {
  const id = await findJobId(session.api, part);
  if (options.first) await runFirst(session, id);
  else await runJob(session, id, options.detach);
}

/** Starts a job, and follows it until it is done. The exit status is 1 when messages have failed again. */
export async function runJob({ api, json }: Session, id: string, isDetached = false): Promise<void> {
  const started = await start(api, id, false);
  if (isDetached) {
    if (json) printJson(started);
    else print(`Started. Follow it: npm run ops -- jobs show ${id} --follow`);
    return;
  }
  reportJob({ json }, await followJob(api, id));
}

/** What has become of a job. */
export function reportJob({ json }: Pick<Session, 'json'>, job: DeadLetterJob): void {
  const { failedAgain, action, outcomes } = job;
  if (failedAgain > 0) process.exitCode = 1;
  if (json) return printJson(job);
  print(outcomeText(job));
  if (action !== 'REDRIVE' || !outcomes.REDRIVEN) return;
  print(`Failed again so far: ${failedAgain}`, '', ...NEXT);
}

/**
 * Does the first letter as a test, and waits for what becomes of it.
 *
 * @returns whether nothing speaks against the rest; the exit status is 1 when something does
 */
export async function runFirst(
  { api, json }: Session,
  id: string,
): Promise<{ isFine: boolean; job: DeadLetterJob }> {
  await start(api, id, true);
  await followJob(api, id);
  const verdict = await watchFirst(api, id);
  const job = await api.read((request) => getDeadLetterJob({ ...request, path: { id } }));
  if (!verdict.isFine) process.exitCode = 1;
  if (json) printJson(job);
  else print(`The first letter: ${verdict.text}`, outcomeText(job));
  return { isFine: verdict.isFine, job };
}

function start(api: OperationsApi, id: string, onlyFirst: boolean): Promise<DeadLetterJob> {
  return api.write((request) => startDeadLetterJob({ ...request, path: { id }, body: { onlyFirst } }));
}

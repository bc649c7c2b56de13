import { cancelDeadLetterJob, type DeadLetterJob, getDeadLetterJob } from '#client';
import { type CommonOptions, type Session } from '../session.js';
import { print, printJson } from '../terminal/output.js';
import { type Field, fieldsOf } from '../terminal/table.js';
import { fullTime } from '../terminal/times.js';
import { followJob } from './follow-job.js';
import { findJobId } from './job-lookup.js';
import { reportJob } from './job-start.js';
import { jobState, outcomeText, planText } from './job-text.js';

/** One job: its plan, and how far it is. */
export async function showJob(
  { api, json }: Session,
  { follow }: { follow?: boolean } & CommonOptions,
  part: string,
): Promise<void> {
  const id = await findJobId(api, part);
  if (follow) return reportJob({ json }, await followJob(api, id));
  const job = await api.read((request) => getDeadLetterJob({ ...request, path: { id } }));
  if (json) return printJson(job);
  print(await fieldsOf(fieldsOfJob(job)), '', planText(job), '', outcomeText(job));
  if (job.status === 'PLANNED' || job.status === 'PAUSED') {
    print('', 'Next:', `  npm run ops -- jobs start ${id}`, `  npm run ops -- jobs cancel ${id}`);
  }
}

/** Leaves the letters open that a job has not come to. */
export async function cancelJob({ api, json }: Session, part: string): Promise<void> {
  const id = await findJobId(api, part);
  const job = await api.write((request) => cancelDeadLetterJob({ ...request, path: { id } }));
  if (json) printJson(job);
  else print(outcomeText(job));
}

function fieldsOfJob(job: DeadLetterJob): Field[] {
  const { id, action, status, filter, includesUnsafe, waitsFor, failedAgain } = job;
  return [
    ['Job', id],
    ['Does', includesUnsafe ? `${action}, the unsafe ones as well` : action],
    ['State', jobState(status)],
    ['Letters', Object.keys(filter).length === 0 ? undefined : JSON.stringify(filter)],
    ['Note', job.note],
    ['Planned', `${fullTime(job.createdAt)} by ${job.createdBy}`],
    ['Started by', job.startedBy],
    ['Finished', fullTime(job.finishedAt)],
    ['Waits for', waitsFor],
    ['Failed again', failedAgain > 0 ? { text: String(failedAgain), state: 'bad' } : undefined],
  ];
}

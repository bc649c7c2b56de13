import {
  type DeadLetterJob,
  type DeadLetterJobItem,
  listDeadLetterJobLetters,
  listDeadLetterJobs,
} from '#client';
import { shortId } from '../api/id-lookup.js';
import { readPages } from '../api/pages.js';
import { type CommonOptions, type Session } from '../session.js';
import { note, print, printJson } from '../terminal/output.js';
import { type Column, tableOf } from '../terminal/table.js';
import { shownTime } from '../terminal/times.js';
import { findJobId } from './job-lookup.js';
import { jobState } from './job-text.js';

export interface JobLetterOptions {
  outcome?: DeadLetterJobItem['outcome'];
  plan?: DeadLetterJobItem['plan'];
  limit: number;
  all?: boolean;
}

export interface JobListOptions {
  status?: DeadLetterJob['status'];
  limit: number;
}

const JOB_COLUMNS: readonly Column[] = [
  { title: 'ID' },
  { title: 'PLANNED' },
  { title: 'BY' },
  { title: 'DOES' },
  { title: 'STATE' },
  { title: 'WAITS FOR' },
  { title: 'NOTE' },
];

const LETTER_COLUMNS: readonly Column[] = [
  { title: 'DEAD LETTER' },
  { title: 'PLAN' },
  { title: 'OUTCOME' },
  { title: 'DONE' },
];

/** Jobs, newest first. */
export async function listJobs(
  { api, json }: Session,
  options: JobListOptions & CommonOptions,
): Promise<void> {
  const { status, limit } = options;
  const page = await readPages(
    (query) =>
      api.read((request) =>
        listDeadLetterJobs({ ...request, query: { ...query, ...(status && { status }) } }),
      ),
    limit,
  );
  if (json) return printJson(page);
  if (page.items.length === 0) return print('There is no job.');
  const rows = page.items.map((job) => [
    shortId(job.id),
    shownTime(job.createdAt),
    job.createdBy,
    job.action,
    jobState(job.status),
    job.waitsFor,
    job.note,
  ]);
  print(await tableOf(JOB_COLUMNS, rows));
  if (page.nextCursor !== null) note(`There are more: --limit ${limit * 5}`);
}

/** The letters of a job, in the order of their turns. */
export async function listJobLetters(
  { api, json }: Session,
  { outcome, plan, limit, all }: JobLetterOptions & CommonOptions,
  part: string,
): Promise<void> {
  const id = await findJobId(api, part);
  const page = await readPages(
    (query) =>
      api.read((request) =>
        listDeadLetterJobLetters({
          ...request,
          path: { id },
          query: { ...query, ...(outcome && { outcome }), ...(plan && { plan }) },
        }),
      ),
    all ? Infinity : limit,
  );
  if (json) return printJson(page);
  if (page.items.length === 0) return print('No letter of the job matches.');
  const rows = page.items.map((item) => [
    shortId(item.deadLetterId),
    item.plan,
    item.outcome,
    shownTime(item.doneAt),
  ]);
  print(await tableOf(LETTER_COLUMNS, rows));
  if (page.nextCursor !== null) note(`There are more: --limit ${limit * 5}, or --all`);
}

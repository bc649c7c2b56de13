import { type DeadLetterJob, getDeadLetterJob } from '#client';
import { setTimeout as sleep } from 'node:timers/promises';
import { type OperationsApi } from '../api/operations-api.js';
import { NoAnswer } from '../api/refusal.js';
import { Failure } from '../failure.js';
import { Progress } from '../terminal/progress.js';
import { progressText } from './job-text.js';

const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 1_000;
/** The API may be away for so long: the job goes on without it. */
const MAX_SILENCE_MS = 60_000;
/** So much time without progress is told, in ms. */
const STANDSTILL_MS = 15_000;

const INTERRUPTED = 130;

/** What `work` awaits until Ctrl-C is pressed. @throws Failure with exit status 130 then */
async function untilInterrupted<Result>(
  id: string,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  process.once('SIGINT', interrupt);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    throw new Failure(
      [
        'The job goes on without this command.',
        `Follow it:  npm run ops -- jobs show ${id} --follow`,
        `Cancel it:  npm run ops -- jobs cancel ${id}`,
      ].join('\n'),
      INTERRUPTED,
    );
  } finally {
    process.off('SIGINT', interrupt);
  }
}

/** Shows how far a job is until it no longer runs. @throws Failure with exit status 130 after Ctrl-C */
export async function followJob(api: OperationsApi, id: string): Promise<DeadLetterJob> {
  const progress = new Progress();
  try {
    return await untilInterrupted(id, (signal) => followUntilEnd(api, id, progress, signal));
  } finally {
    progress.end();
  }
}

async function followUntilEnd(
  api: OperationsApi,
  id: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<DeadLetterJob> {
  let pending: number | undefined;
  let movedAt = performance.now();
  let answeredAt = performance.now();
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2)) {
    const job = await readJob(api, id, performance.now() - answeredAt < MAX_SILENCE_MS);
    if (job) {
      if (job.status !== 'RUNNING') return job;
      answeredAt = performance.now();
      if (job.outcomes.PENDING !== pending) movedAt = answeredAt;
      pending = job.outcomes.PENDING;
      progress.show(progressText(job) + standstill(job, answeredAt - movedAt));
    } else progress.show('no answer from the sales API; the job goes on');
    await sleep(pauseMs, undefined, { signal });
  }
}

/** @returns undefined when there was no answer, and that is tolerated */
async function readJob(
  api: OperationsApi,
  id: string,
  isTolerant: boolean,
): Promise<DeadLetterJob | undefined> {
  try {
    return await api.read((request) => getDeadLetterJob({ ...request, path: { id } }));
  } catch (error) {
    if (error instanceof NoAnswer && isTolerant) return undefined;
    throw error;
  }
}

function standstill({ waitsFor }: DeadLetterJob, ms: number): string {
  if (waitsFor || ms < STANDSTILL_MS) return '';
  return `; nothing for ${Math.floor(ms / 1_000)} s: does the worker run?`;
}

import { type DeadLetterJob } from '#client';
import { shortId } from '../api/id-lookup.js';
import { type Cell } from '../terminal/table.js';
import { count, grouped } from '../terminal/units.js';

const PLANNED: Record<keyof DeadLetterJob['planned'], string> = {
  REDRIVE: 'to redrive',
  DISCARD: 'to discard',
  SATISFIED: 'done already: to be closed, and not sent',
  UNSAFE: 'left open: may be done twice (ask the factory, then --unsafe)',
  NOT_REDRIVABLE: 'left open: would fail again as it is (discard it, or --edit it)',
};

const OUTCOMES: Record<keyof DeadLetterJob['outcomes'], string> = {
  PENDING: 'to come',
  REDRIVEN: 'redriven',
  DISCARDED: 'discarded',
  SATISFIED: 'closed, done already',
  UNSAFE: 'left open: may be done twice (--unsafe)',
  NOT_REDRIVABLE: 'left open: would fail again as it is',
  RESOLVED_BEFORE: 'resolved by somebody else',
  CANCELLED: 'not touched: the job was cancelled',
};

/** What a job plans, a line a kind. */
export function planText(job: DeadLetterJob): string {
  const seconds = Math.ceil(lettersToDo(job) / job.lettersPerSecond);
  const duration = `${count(job.lettersPerSecond, 'letter')} a second: ${seconds} s`;
  return [
    `Job ${shortId(job.id)}: ${count(job.letters, 'letter')}, ${duration}`,
    ...counted(job.planned, PLANNED),
  ].join('\n');
}

/** What became of the letters of a job, a line a kind. */
export function outcomeText(job: DeadLetterJob): string {
  return [`Job ${shortId(job.id)} is ${job.status}`, ...counted(job.outcomes, OUTCOMES)].join('\n');
}

/** How far a job is, on one line. */
export function progressText({ outcomes, letters, waitsFor }: DeadLetterJob): string {
  const done = letters - (outcomes.PENDING ?? 0);
  const waiting = waitsFor ? `; waits for ${waitsFor}, and goes on by itself` : '';
  return `${grouped(done)} of ${count(letters, 'letter')} done${waiting}`;
}

/** The letters that a start would touch. */
export function lettersToDo({ planned }: DeadLetterJob): number {
  return (planned.REDRIVE ?? 0) + (planned.DISCARD ?? 0) + (planned.SATISFIED ?? 0);
}

export function jobState(status: DeadLetterJob['status']): Cell {
  if (status === 'DONE') return { text: status, state: 'good' };
  return status === 'RUNNING' || status === 'PAUSED' ? { text: status, state: 'attention' } : status;
}

function counted<Kind extends string>(
  counts: Partial<Record<Kind, number>>,
  texts: Record<Kind, string>,
): string[] {
  const kinds = (Object.keys(texts) as Kind[]).filter((kind) => counts[kind]);
  const width = Math.max(0, ...kinds.map((kind) => grouped(counts[kind]!).length));
  return kinds.map((kind) => `  ${grouped(counts[kind]!).padStart(width)}  ${texts[kind]}`);
}

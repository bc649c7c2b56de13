import {
  getDeadLetter,
  getDeadLetterJob,
  getRestockOrder,
  listDeadLetterJobLetters,
  type ShownRestockOrderWithTimeline,
} from '#client';
import { setTimeout as sleep } from 'node:timers/promises';
import { type OperationsApi } from '../api/operations-api.js';
import { shortId } from '../api/id-lookup.js';

/** What became of a message that was redriven as a test. */
export interface Verdict {
  text: string;
  /** Nothing speaks against the rest. */
  isFine: boolean;
}

const POLL_MS = 500;
/** A factory may take ten seconds to answer, and an attempt may wait for its turn. */
const ORDER_LIMIT_MS = 30_000;
/** Of other messages nothing tells that they are done: only that they have not failed. */
const OTHER_LIMIT_MS = 10_000;

/** Waits until it is known what became of the letter that the job has done last, or for a while. */
export async function watchFirst(api: OperationsApi, jobId: string): Promise<Verdict> {
  const done = await api.read((request) =>
    listDeadLetterJobLetters({
      ...request,
      path: { id: jobId },
      query: { outcome: 'REDRIVEN', order: 'desc', limit: 1 },
    }),
  );
  const [item] = done.items;
  if (!item) return { text: 'nothing was sent', isFine: true };
  const letter = await api.read((request) => getDeadLetter({ ...request, path: { id: item.deadLetterId } }));
  const orderId = letter.queue === 'restock' ? letter.about.restockOrderId : null;
  const limitMs = orderId ? ORDER_LIMIT_MS : OTHER_LIMIT_MS;
  for (const from = performance.now(); performance.now() - from < limitMs; await sleep(POLL_MS)) {
    const verdict = orderId ? await verdictOfOrder(api, orderId) : await verdictOfJob(api, jobId);
    if (verdict) return verdict;
  }
  return { text: `${shortId(letter.id)} has not failed in ${limitMs / 1_000} s`, isFine: true };
}

async function verdictOfOrder(api: OperationsApi, id: string): Promise<Verdict | undefined> {
  const order = await api.read((request) => getRestockOrder({ ...request, path: { id } }));
  const name = `restock order ${shortId(id)} of ${order.sku}`;
  const failure = failureSinceRedrive(order);
  if (failure !== undefined) return { text: `${name} failed again: ${failure}`, isFine: false };
  if (order.status === 'REQUESTED') return undefined;
  if (order.status === 'WAITING_FOR_FACTORY' || order.status === 'UNCONFIRMED') {
    return { text: `${name} is ${order.status} (${order.lastError ?? 'no answer yet'})`, isFine: false };
  }
  return { text: `${name} is ${order.status}`, isFine: true };
}

function failureSinceRedrive({ timeline = [] }: ShownRestockOrderWithTimeline): string | undefined {
  const redriven = timeline.findLastIndex(({ kind }) => kind === 'REDRIVEN');
  return timeline.slice(redriven).find(({ kind }) => kind === 'ATTEMPT_FAILED' || kind === 'DEAD_LETTERED')
    ?.detail;
}

async function verdictOfJob(api: OperationsApi, id: string): Promise<Verdict | undefined> {
  const { failedAgain } = await api.read((request) => getDeadLetterJob({ ...request, path: { id } }));
  return failedAgain > 0 ? { text: 'it is a dead letter again', isFine: false } : undefined;
}

import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ANSWER_TIMEOUT_SECONDS, type LoadGenerator, type LoadOrder, type LoadResult } from './load.js';
import { RequestSequence, type SaleRequest } from './request-sequence.js';

/** Requests that are due are sent so often. */
const TICK_MS = 1;

/**
 * An open model: requests arrive at a fixed rate, as those of many people who know nothing of each other do. A latency is
 * counted from the moment at which the request was due, not from when it could be sent, so that a service that falls behind
 * does not hide it: there is no coordinated omission.
 */
export const paced: LoadGenerator = { name: 'an open model', run: runPaced };

async function runPaced(order: LoadOrder, signal: AbortSignal): Promise<LoadResult> {
  const { arrivalsPerSecond, seconds } = order;
  if (arrivalsPerSecond === null) throw new RangeError('An open model needs a rate.');
  const arrivals = new Arrivals(order);
  const began = performance.now();
  const total = arrivalsPerSecond * seconds;
  for (let sent = 0; sent < total; await sleep(TICK_MS, undefined, { signal })) {
    const elapsedMs = performance.now() - began;
    const due = Math.min(total, Math.floor((elapsedMs / 1_000) * arrivalsPerSecond));
    for (; sent < due; sent += 1) arrivals.begin(began + (sent / arrivalsPerSecond) * 1_000);
  }
  return arrivals.finish(began);
}

class Arrivals {
  private readonly agent: Agent;
  private readonly requests: RequestSequence;
  private readonly answers: Promise<void>[] = [];
  private readonly latenciesMs: number[] = [];
  private otherAnswers = 0;
  private unanswered = 0;

  constructor(private readonly order: LoadOrder) {
    this.agent = new Agent({ keepAlive: true, maxSockets: order.connections, scheduling: 'fifo' });
    this.requests = new RequestSequence(order.scenario);
  }

  /** @param dueMs by `performance.now()` */
  begin(dueMs: number): void {
    const answered = this.send(this.requests.next()).then(
      (status) => {
        this.latenciesMs.push(performance.now() - dueMs);
        if (status >= 400) this.otherAnswers += 1;
      },
      () => {
        this.unanswered += 1;
        // It had waited so long at least.
        this.latenciesMs.push(performance.now() - dueMs);
      },
    );
    this.answers.push(answered);
  }

  /** Waits for the answers that are due. */
  async finish(beganMs: number): Promise<LoadResult> {
    await Promise.all(this.answers);
    const durationMs = performance.now() - beganMs;
    this.agent.destroy();
    this.latenciesMs.sort((one, other) => one - other);
    return {
      requests: this.latenciesMs.length - this.unanswered,
      durationMs,
      otherAnswers: this.otherAnswers,
      unanswered: this.unanswered,
      p50Ms: quantile(this.latenciesMs, 0.5),
      p99Ms: quantile(this.latenciesMs, 0.99),
      p999Ms: quantile(this.latenciesMs, 0.999),
      freshKeys: this.requests.freshKeys,
      replays: this.requests.replays,
    };
  }

  /** @returns the status of the answer, once all of it is there */
  private send({ headers, body }: SaleRequest): Promise<number> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        {
          ...{ host: '127.0.0.1', port: this.order.port, path: '/sales', method: 'POST' },
          ...{ agent: this.agent, headers: { ...headers, 'content-length': body.length } },
          timeout: ANSWER_TIMEOUT_SECONDS * 1_000,
        },
        (response) => {
          response.once('end', () => resolve(response.statusCode!));
          response.once('error', reject);
          response.resume();
        },
      );
      request.once('error', reject);
      request.once('timeout', () => request.destroy(new Error('No answer in time.')));
      request.end(body);
    });
  }
}

/** @param sorted in rising order; nothing gives 0 */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

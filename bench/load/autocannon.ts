import autocannonLoad, { type Options, type Result } from 'autocannon';
import { ANSWER_TIMEOUT_SECONDS, type LoadGenerator, type LoadOrder, type LoadResult } from './load.js';
import { RecordedRequests } from './recorded-requests.js';
import { RequestSequence } from './request-sequence.js';

/** For machines without wrk. It takes several times the CPU, and so is the limit where wrk would not be. */
export const autocannon: LoadGenerator = { name: 'autocannon', run: runAutocannon };

async function runAutocannon(order: LoadOrder, signal: AbortSignal): Promise<LoadResult> {
  signal.throwIfAborted();
  const requests = new RequestSequence(order.scenario);
  const recorded = order.history && new RecordedRequests(order.history, `load of port ${order.port}`);
  const options: Options = {
    url: `http://127.0.0.1:${order.port}`,
    connections: order.connections,
    duration: order.seconds,
    timeout: ANSWER_TIMEOUT_SECONDS,
    requests: [
      {
        method: 'POST',
        path: '/sales',
        setupRequest: (request, context) => {
          const next = requests.next();
          recorded?.begin(context, next.headers['idempotency-key'], next.body);
          return { ...request, ...next };
        },
        ...(recorded && {
          onResponse: (status: number, body: string, context: object, headers: unknown) =>
            recorded.answered(context, status, isReplay(headers), body),
        }),
      },
    ],
  };
  const result = await new Promise<Result>((resolve, reject) => {
    const load = autocannonLoad(options, (error: Error | null, seen) =>
      error ? reject(error) : resolve(seen),
    );
    signal.addEventListener('abort', () => load.stop(), { once: true });
  });
  recorded?.finish();
  signal.throwIfAborted();
  return {
    requests: result['2xx'] + result.non2xx,
    durationMs: result.duration * 1_000,
    otherAnswers: result.non2xx,
    unanswered: result.errors,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    p999Ms: result.latency.p99_9,
    freshKeys: requests.freshKeys,
    replays: requests.replays,
  };
}

/** By the header of the answer, of which autocannon keeps the case. */
function isReplay(headers: unknown): boolean {
  return Object.keys(headers ?? {}).some((name) => name.toLowerCase() === 'idempotent-replayed');
}

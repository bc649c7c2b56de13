import { type FactoryGuard } from '#inventory';
import { type WorkerEnvironment } from '../environment.js';

/** How the calls to factories are guarded; undefined where orders do not wait for their factory. */
export function factoryGuard(environment: WorkerEnvironment): FactoryGuard | undefined {
  if (environment.FACTORY_WAIT_LIMIT_SECONDS === 0) return undefined;
  return {
    concurrency: environment.FACTORY_CONCURRENCY,
    burst: environment.FACTORY_CONCURRENCY,
    callsPerMinute: environment.FACTORY_REQUESTS_PER_MINUTE,
    failureThreshold: environment.FACTORY_FAILURE_THRESHOLD,
    probeIntervalMs: environment.FACTORY_PROBE_INTERVAL_SECONDS * 1000,
    retryMs: environment.RETRY_FIRST_DELAY_SECONDS * 1000,
  };
}

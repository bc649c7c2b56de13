import { type MailGuard } from '#inventory';
import { type WorkerEnvironment } from '../environment.js';

export function mailGuard(environment: WorkerEnvironment): MailGuard {
  return {
    callsPerMinute: environment.MAIL_PER_SECOND * 60,
    burst: 1,
    // One outage of SES concerns every mail.
    failureThreshold: 1,
    probeIntervalMs: environment.MAIL_PROBE_INTERVAL_SECONDS * 1000,
    digestMs: environment.MAIL_DIGEST_SECONDS * 1000,
  };
}

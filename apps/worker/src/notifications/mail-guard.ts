import { type MailGuard } from '#inventory';
import { type WorkerEnvironment } from '../environment.js';

export function mailGuard(environment: WorkerEnvironment): MailGuard {
  return {
    callsPerMinute: environment.MAIL_PER_SECOND * 60,
    // What is asked for together may be sent together. SES allows it within a second.
    burst: Math.max(1, Math.floor((environment.MAIL_PER_SECOND * environment.OUTBOX_INTERVAL_MS) / 1000)),
    // One outage of SES concerns every mail.
    failureThreshold: 1,
    probeIntervalMs: environment.MAIL_PROBE_INTERVAL_SECONDS * 1000,
    digestMs: environment.MAIL_DIGEST_SECONDS * 1000,
  };
}

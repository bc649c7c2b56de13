import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { Secrets } from '../secrets.js';
import { Started } from '../started.js';
import { startWorker } from '../worker/invoked-worker.js';

const START_LIMIT_MS = 10_000;

/** How long an invocation goes on while orders or mails wait for their turn, in ms: until just before the next one. */
const LONGEST_RUN_MS = 50_000;

/** The pause between two looks while they wait, in ms. */
const SHORTEST_PAUSE_MS = 500;

const secrets = Secrets.fromEnvironment();
const application = new Started(() => startWorker(secrets));
await application.initialised();

/**
 * Once a minute: what the worker does without a message. The outbox, orders and mails whose wait is over, deadlines,
 * incidents, reconciliation, retention.
 */
export async function scheduled(): Promise<void> {
  const untilMs = performance.now() + LONGEST_RUN_MS;
  await secrets.refresh();
  const { schedule, relayOutbox, msToNextAttempt } = await application.get(START_LIMIT_MS);
  for (;;) {
    await schedule.runDue(untilMs);
    await relayOutbox();
    const pauseMs = Math.max(SHORTEST_PAUSE_MS, await msToNextAttempt());
    if (performance.now() + pauseMs > untilMs) return;
    await sleep(pauseMs);
  }
}

import { type Delivery, QueueHandler } from '#messaging';
import { probeAnswer, ProbeMessage } from '#queues';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';

/** A probe that took longer than its time limit, which stands for the time limit of a function in the tutorial. */
export class ProbeTimeLimitError extends Error {
  readonly code = 'PROBE.TIME_LIMIT';

  constructor(timeLimitMs: number) {
    super(`the probe took longer than its ${timeLimitMs} ms`);
    this.name = 'ProbeTimeLimitError';
  }
}

/** The tutorial's consumer: adds one and prints it. */
@Injectable()
export class ProbeHandler {
  private readonly logger = new Logger(ProbeHandler.name);

  constructor(@Inject(WORKER_ENVIRONMENT) private readonly environment: WorkerEnvironment) {}

  @QueueHandler('probe')
  async answer({ message: { input, delayMs = 0 } }: Delivery<ProbeMessage>): Promise<void> {
    const timeLimitMs = this.environment.PROBE_TIME_LIMIT_MS;
    await sleep(Math.min(delayMs, timeLimitMs));
    if (delayMs >= timeLimitMs) throw new ProbeTimeLimitError(timeLimitMs);
    this.logger.log(probeAnswer({ input }));
  }
}

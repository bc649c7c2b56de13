import { DeadLetterService, type MailGuard, MailWaitService } from '#inventory';
import { Schedule } from '#runtime';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';
import { mailGuard } from './mail-guard.js';

/** Asks again for mails whose wait is over, and gives up on those that have waited for too long. */
@Injectable()
export class MailWaitsTask {
  private readonly logger = new Logger(MailWaitsTask.name);
  private readonly guard: MailGuard;

  constructor(
    private readonly waits: MailWaitService,
    private readonly deadLetters: DeadLetterService,
    schedule: Schedule,
    @Inject(WORKER_ENVIRONMENT) private readonly environment: WorkerEnvironment,
  ) {
    this.guard = mailGuard(environment);
    schedule.every(MailWaitsTask.name, environment.OUTBOX_INTERVAL_MS, () => this.look());
  }

  private async look(): Promise<void> {
    const { MAIL_WAIT_LIMIT_SECONDS, OUTBOX_INTERVAL_MS } = this.environment;
    for (const { id, message, waitingSince } of await this.waits.expired(MAIL_WAIT_LIMIT_SECONDS * 1000)) {
      this.logger.warn(`Mail ${id} has waited too long for SES`);
      const detail = `SES took no mail since ${waitingSince!.toISOString()}`;
      await this.deadLetters.open(
        {
          queue: 'notifications',
          messageId: `waited:${id}:${waitingSince!.getTime()}`,
          body: JSON.stringify(message),
          attributes: {},
        },
        { code: 'MAIL.NOT_SENT', detail },
      );
    }
    await this.waits.release(this.guard, OUTBOX_INTERVAL_MS);
  }
}

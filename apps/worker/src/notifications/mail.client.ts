import { SendEmailCommand, SESClient } from '@aws-sdk/client-ses';
import { asciiEmailAddress } from '#inventory';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';
import { type MailText } from './mail-texts.js';

/** SES refused the mail, or did not answer. */
export class MailError extends Error {
  readonly code = 'MAIL.NOT_SENT';

  constructor(cause: unknown) {
    super(`SES did not take the mail: ${(cause as Error).name}: ${(cause as Error).message}`, { cause });
    this.name = 'MailError';
  }
}

/** How long SES may take, in ms. */
const CONNECTION_TIMEOUT_MS = 2_000;
const REQUEST_TIMEOUT_MS = 5_000;

/** Sends mail through SES. */
@Injectable()
export class MailClient implements OnApplicationShutdown {
  private readonly ses: SESClient;

  constructor(@Inject(WORKER_ENVIRONMENT) private readonly environment: WorkerEnvironment) {
    this.ses = new SESClient({
      region: environment.AWS_REGION,
      // The queue delivers the mail again. More attempts here would take longer than the visibility timeout.
      maxAttempts: 2,
      requestHandler: {
        connectionTimeout: CONNECTION_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        throwOnRequestTimeout: true,
      },
    });
  }

  /** @throws MailError */
  async send(to: string, { subject, text }: MailText): Promise<void> {
    const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' });
    try {
      await this.ses.send(
        new SendEmailCommand({
          Source: asSesTakesIt(this.environment.MAIL_FROM),
          Destination: { ToAddresses: [asSesTakesIt(to)] },
          Message: { Subject: utf8(subject), Body: { Text: utf8(text) } },
        }),
      );
    } catch (error) {
      throw new MailError(error);
    }
  }

  onApplicationShutdown(): void {
    this.ses.destroy();
  }
}

/** An invalid address, as an older version may have stored it, is sent unchanged: the error of SES explains it. */
function asSesTakesIt(address: string): string {
  return asciiEmailAddress(address) ?? address;
}

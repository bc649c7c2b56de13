import { SendEmailCommand, SESClient } from '@aws-sdk/client-ses';
import { asciiEmailAddress } from '#inventory';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';
import { type MailText } from './mail-texts.js';

/**
 * - `MAIL`: SES would refuse the same mail again;
 * - `PACE`: SES takes fewer mails at a time;
 * - `SERVICE`: SES is away, or takes no mail from us at all.
 */
export type MailFault = 'MAIL' | 'PACE' | 'SERVICE';

/** SES refused the mail, or did not answer. */
export class MailError extends Error {
  readonly code = 'MAIL.NOT_SENT';
  readonly fault: MailFault;

  constructor(cause: unknown) {
    super(`SES did not take the mail: ${(cause as Error).name}: ${(cause as Error).message}`, { cause });
    this.name = 'MailError';
    this.fault = faultOf(cause);
  }
}

/** What the SDK tells of an error. Without a status there was no answer. */
interface ServiceError {
  name?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number };
}

const THROTTLED = /throttl|too ?many|rate exceeded|quota exceeded|limit exceeded/i;

/** Faults of our account or credentials, which no mail can help. */
const OURS = /paused|accessdenied|credential|token|signature|notauthorized/i;

function faultOf(error: unknown): MailFault {
  const { name = '', message = '', $metadata } = error as ServiceError;
  const status = $metadata?.httpStatusCode;
  if (status === 429 || THROTTLED.test(name) || THROTTLED.test(message)) return 'PACE';
  if (status === undefined || status >= 500 || status === 408 || status === 403) return 'SERVICE';
  return OURS.test(name) ? 'SERVICE' : 'MAIL';
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
      // A mail that was not taken waits in the database. More attempts here would take longer than its lease.
      maxAttempts: 1,
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

import { NotificationService } from '#inventory';
import { type Delivery, QueueHandler, RetryLaterError } from '#messaging';
import { NotificationMessage } from '#queues';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';
import { retryUntil } from '../outage/retry-until.js';
import { MailClient } from './mail.client.js';
import { mailText } from './mail-texts.js';

/** The lease of a mail, in ms: both attempts at SES with their timeouts, and the record of the result. */
const LEASE_MS = 20_000;

/**
 * Sends one mail for each notification. A message that comes twice sends one mail. Only a worker that dies between the
 * answer of SES and its record sends a second.
 */
@Injectable()
export class NotificationsHandler {
  private readonly logger = new Logger(NotificationsHandler.name);

  constructor(
    private readonly notifications: NotificationService,
    private readonly mail: MailClient,
    @Inject(WORKER_ENVIRONMENT) private readonly environment: WorkerEnvironment,
  ) {}

  @QueueHandler('notifications')
  async send({ message }: Delivery<NotificationMessage>): Promise<void> {
    const { notificationId: id, kind, audience } = message;
    const recipient = message.to ?? this.environment.OPERATIONS_EMAIL;
    const text = mailText(message, this.environment.CALLBACK_BASE_URL);
    // Measured from before the claim, so that the lease does not end earlier.
    const leaseEndsAtMs = performance.now() + LEASE_MS;
    const claim = await this.notifications.claim(
      { id, kind, recipient, subject: text.subject.slice(0, 200) },
      LEASE_MS,
    );
    if (claim.kind === 'SENT') return;
    if (claim.kind === 'BUSY') {
      // The other delivery has its answer by the end of the lease. An earlier attempt would only use up receives.
      throw new RetryLaterError('another delivery is sending this mail', LEASE_MS / 1000);
    }
    try {
      await this.mail.send(recipient, text);
    } catch (error) {
      await this.notifications.release(id, claim.claimedUntil);
      throw error;
    }
    await retryUntil(leaseEndsAtMs, () => this.notifications.recordSent(id));
    this.logger.log(`Told ${audience}: ${text.subject}`);
  }
}

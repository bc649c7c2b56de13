import {
  type ClaimedMail,
  type InventoryError,
  type MailGuard,
  MailWaitService,
  NotificationService,
  ProductService,
} from '#inventory';
import { type Delivery, QueueHandler, RetryLaterError } from '#messaging';
import { NotificationMessage } from '#queues';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';
import { retryUntil } from '../outage/retry-until.js';
import { mailGuard } from './mail-guard.js';
import { MailClient, MailError } from './mail.client.js';
import { mailText } from './mail-text.js';

/** The lease of a mail, in ms: the attempt at SES with its timeouts, and the record of the result. */
const LEASE_MS = 20_000;

/**
 * Sends one mail for each notification, or for several of one kind. A message that comes twice sends one mail. Only a worker
 * that dies between the answer of SES and its record sends a second. A fault of the mail uses up the receives of its message;
 * a fault of SES uses up none: the mail waits in the database.
 */
@Injectable()
export class NotificationsHandler {
  private readonly logger = new Logger(NotificationsHandler.name);
  private readonly guard: MailGuard;

  constructor(
    private readonly notifications: NotificationService,
    private readonly waits: MailWaitService,
    private readonly products: ProductService,
    private readonly mail: MailClient,
    @Inject(WORKER_ENVIRONMENT) private readonly environment: WorkerEnvironment,
  ) {
    this.guard = mailGuard(environment);
  }

  @QueueHandler('notifications')
  async send({ message }: Delivery<NotificationMessage>): Promise<void> {
    const { notificationId: id, kind } = message;
    const recipient = this.recipientOf(message);
    // Measured from before the claim, so that the lease does not end earlier.
    const leaseEndsAtMs = performance.now() + LEASE_MS;
    const { subject } = await this.textOf([message]);
    const claim = await this.notifications.claim(
      { id, kind, recipient, subject: subject.slice(0, 200) },
      LEASE_MS,
    );
    if (claim.kind === 'SENT') return;
    if (claim.kind === 'BUSY') {
      // The other delivery has its answer by the end of the lease. An earlier attempt would only use up receives.
      throw new RetryLaterError('another delivery is sending this mail', LEASE_MS / 1000);
    }
    const { claimedUntil } = claim;
    const messages = await this.waits.enter({ id, claimedUntil }, message, this.guard);
    // It waits, and is asked for by a new message when it is time.
    if (messages) await this.sendNow({ id, claimedUntil }, messages, leaseEndsAtMs);
  }

  /** @throws MailError for a fault of the mail */
  private async sendNow(
    claim: ClaimedMail,
    messages: readonly NotificationMessage[],
    leaseEndsAtMs: number,
  ): Promise<void> {
    const ids = messages.map(({ notificationId }) => notificationId);
    const text = await this.textOf(messages);
    try {
      await this.mail.send(this.recipientOf(messages[0]!), text);
    } catch (error) {
      await this.recordFailure(claim, ids, error as MailError, leaseEndsAtMs);
      return;
    }
    await retryUntil(leaseEndsAtMs, () => this.notifications.recordSent(...ids));
    await this.waits.recordAnswer();
    this.logger.log(`Told ${messages[0]!.audience}: ${text.subject}`);
  }

  private async recordFailure(
    { id, claimedUntil }: ClaimedMail,
    ids: readonly string[],
    error: MailError,
    leaseEndsAtMs: number,
  ): Promise<void> {
    const cause = error.message;
    if (error.fault !== 'MAIL') {
      this.logger.warn(`${ids.length} mails wait: ${cause}`);
      const outage = { claimedUntil, cause, isThrottled: error.fault === 'PACE' };
      await retryUntil(leaseEndsAtMs, () => this.waits.recordOutage(ids, outage, this.guard));
      return;
    }
    await retryUntil(leaseEndsAtMs, async () => {
      await this.waits.recordAnswer();
      await this.waits.separate({ id, claimedUntil }, ids);
    });
    throw error;
  }

  private recipientOf({ to }: NotificationMessage): string {
    return to ?? this.environment.OPERATIONS_EMAIL;
  }

  private async textOf(messages: readonly NotificationMessage[]) {
    const { MAIL_LANGUAGE, PUBLIC_BASE_URL, CALLBACK_BASE_URL } = this.environment;
    const salesUrl = PUBLIC_BASE_URL ?? CALLBACK_BASE_URL;
    return mailText(messages, MAIL_LANGUAGE, { salesUrl, isOver: await this.isOver(messages[0]!) });
  }

  /** A mail that waited may be out of date: "sold out" of a product that is back. */
  private async isOver({ kind, facts }: NotificationMessage): Promise<boolean> {
    if (kind !== 'STOCK_RAN_OUT') return false;
    try {
      return (await this.products.get(facts.sku)).level.available > 0;
    } catch (error) {
      if ((error as Partial<InventoryError>).code === 'SKU.UNKNOWN') return false;
      throw error;
    }
  }
}

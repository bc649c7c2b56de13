import { NotificationService } from '#inventory';
import { type Delivery, NotificationMessage, QueueHandler } from '#messaging';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';
import { MailClient } from './mail.client.js';
import { mailText } from './mail.texts.js';

/**
 * Sends one mail a notification. A message that comes twice sends one mail; only a worker that dies between SES's
 * answer and the note of it sends a second.
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
    const { notificationId, kind, audience } = message;
    if (await this.notifications.wasSent(notificationId)) return;
    const recipient = message.to ?? this.environment.OPERATIONS_EMAIL;
    const text = mailText(message, this.environment.CALLBACK_BASE_URL);
    await this.mail.send(recipient, text);
    await this.notifications.recordSent({
      id: notificationId,
      kind,
      recipient,
      subject: text.subject.slice(0, 200),
    });
    this.logger.log(`Told ${audience}: ${text.subject}`);
  }
}

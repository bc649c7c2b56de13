import { DeadLetterService } from '#inventory';
import { type DeadLetterDelivery, DeadLetterHandler } from '#messaging';
import { Injectable, Logger } from '@nestjs/common';

/** Takes every message that used up its attempts off its dead-letter queue, and records it for a person. */
@Injectable()
export class DeadLettersHandler {
  private readonly logger = new Logger(DeadLettersHandler.name);

  constructor(private readonly deadLetters: DeadLetterService) {}

  @DeadLetterHandler()
  async record({ queue, messageId, body, attributes }: DeadLetterDelivery): Promise<void> {
    await this.deadLetters.open({ queue, messageId, body, attributes });
    this.logger.warn(`Message ${messageId} of ${queue} is a dead letter`);
  }
}

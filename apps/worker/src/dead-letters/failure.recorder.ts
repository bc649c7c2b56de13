import { DeliveryFailureService } from '#inventory';
import { type DeliveryFailure, type DeliveryFailureRecorder, type QueueName } from '#messaging';
import { Injectable } from '@nestjs/common';

/** Keeps the causes of failed attempts in the warehouse, where a dead letter finds them. */
@Injectable()
export class FailureRecorder implements DeliveryFailureRecorder {
  constructor(private readonly failures: DeliveryFailureService) {}

  async recordFailure(failure: DeliveryFailure): Promise<void> {
    await this.failures.recordFailure(failure);
  }

  async forget(_queue: QueueName, messageId: string): Promise<void> {
    await this.failures.forget(messageId);
  }
}

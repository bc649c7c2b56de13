import { DeliveryFailureService } from '#inventory';
import { type DeliveryFailure, type DeliveryFailureRecorder } from '#messaging';
import { Injectable } from '@nestjs/common';
import { DatabaseOutageTask } from '../outage/database-outage-task.js';

/** Stores the causes of failed attempts, for the dead letter that may follow. */
@Injectable()
export class FailureRecorder implements DeliveryFailureRecorder {
  constructor(
    private readonly failures: DeliveryFailureService,
    private readonly outage: DatabaseOutageTask,
  ) {}

  async recordFailure(failure: DeliveryFailure): Promise<void> {
    // Not a fault of the message. Nothing can be recorded now.
    if (failure.code === 'DATABASE.UNAVAILABLE') return this.outage.reportUnavailable();
    await this.failures.recordFailure(failure);
  }

  async forget(messageId: string): Promise<void> {
    await this.failures.forget(messageId);
  }
}

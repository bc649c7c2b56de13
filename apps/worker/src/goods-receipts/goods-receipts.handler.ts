import { type DeadLetterCause, DeadLetterService, ReceivingService } from '#inventory';
import { type Delivery, QueueHandler } from '#messaging';
import { GoodsReceiptMessage } from '#queues';
import { Injectable, Logger } from '@nestjs/common';

const UNBELIEVED: Record<'INVALID_SIGNATURE' | 'EXPIRED', DeadLetterCause> = {
  INVALID_SIGNATURE: {
    code: 'RECEIPT.FORGED',
    detail: 'the callback is not signed for what it says: it names no order of ours, or not what was ordered',
  },
  EXPIRED: {
    code: 'RECEIPT.EXPIRED',
    detail: 'the callback came after its time; redrive it to accept the goods',
  },
};

/** Puts delivered goods into stock. A callback that cannot be trusted is quarantined for a person, and adds nothing. */
@Injectable()
export class GoodsReceiptsHandler {
  private readonly logger = new Logger(GoodsReceiptsHandler.name);

  constructor(
    private readonly receiving: ReceivingService,
    private readonly deadLetters: DeadLetterService,
  ) {}

  @QueueHandler('goods-receipts')
  async receive(delivery: Delivery<GoodsReceiptMessage>): Promise<void> {
    const { message } = delivery;
    if (message.verification !== 'VALID') {
      await this.quarantine(delivery, UNBELIEVED[message.verification]);
      return;
    }
    const outcome = await this.receiving.receive(message);
    if (outcome.kind === 'REFUSED') {
      await this.quarantine(delivery, { code: outcome.code, detail: outcome.detail });
      return;
    }
    this.logger.log(
      `${outcome.kind}: ${message.quantity} of ${message.sku} for restock order ${message.restockOrderId}`,
    );
  }

  private async quarantine(
    { queue, messageId, body, attributes }: Delivery<GoodsReceiptMessage>,
    cause: DeadLetterCause,
  ): Promise<void> {
    this.logger.warn(`Quarantined a callback: ${cause.code}: ${cause.detail}`);
    await this.deadLetters.open({ queue, messageId, body, attributes }, cause);
  }
}

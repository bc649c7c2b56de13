import { type DeadLetterCause, DeadLetterService, ReceivingService } from '#inventory';
import { type Delivery, QueueHandler } from '#messaging';
import { GoodsReceiptMessage } from '#queues';
import { Injectable, Logger } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';

/** Anybody can name an order in it: it says nothing about that one. */
const FORGED: DeadLetterCause = {
  code: 'RECEIPT.FORGED',
  detail: 'the callback is not signed for what it says: it names no order of ours, or not what was ordered',
};

const EXPIRED: DeadLetterCause = {
  code: 'RECEIPT.EXPIRED',
  detail: 'the callback came after its time; redrive it to accept the goods',
};

/** Puts delivered goods into stock. A callback that cannot be trusted is quarantined for a person, and adds nothing. */
@Injectable()
export class GoodsReceiptsHandler {
  private readonly logger = new Logger(GoodsReceiptsHandler.name);
  private readonly arrivals: Counter<'within'>;

  constructor(
    private readonly receiving: ReceivingService,
    private readonly deadLetters: DeadLetterService,
    registry: Registry,
  ) {
    this.arrivals = new Counter({
      name: 'donut_states_restock_arrivals_total',
      help: 'Restock orders that this worker has completed, by how they kept the range that was stated for them.',
      labelNames: ['within'],
      registers: [registry],
    });
    for (const within of ['p50', 'p90', 'late'] as const) this.arrivals.inc({ within }, 0);
  }

  @QueueHandler('goods-receipts')
  async receive(delivery: Delivery<GoodsReceiptMessage>): Promise<void> {
    const { message } = delivery;
    const { verification, restockOrderId } = message;
    if (verification === 'INVALID_SIGNATURE') {
      await this.quarantine(delivery, FORGED);
      return;
    }
    if (verification === 'EXPIRED') {
      await this.quarantine(delivery, { ...EXPIRED, restockOrderId });
      return;
    }
    const outcome = await this.receiving.receive(message);
    if (outcome.kind === 'REFUSED') {
      await this.quarantine(delivery, { code: outcome.code, detail: outcome.detail, restockOrderId });
      return;
    }
    if (outcome.kind === 'APPLIED' && outcome.rangeKept) this.arrivals.inc({ within: outcome.rangeKept });
    this.logger.log(
      `${outcome.kind}: ${message.quantity} of ${message.sku} for restock order ${restockOrderId}`,
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

import {
  type BeforeApplicationShutdown,
  HttpException,
  Injectable,
  Logger,
  ServiceUnavailableException,
} from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { planDeliveries } from './delivery-plan.js';
import { DeliverySchedule } from './delivery-schedule.js';
import { type FaultDecisions } from './fault-decisions.js';
import { type FaultSettings } from './fault-settings.js';
import { Faults } from './faults.js';
import { type ManufactureRequest } from './manufacture.js';
import { describeDelivery, type Order } from './order.js';
import { OrderBook } from './order-book.js';

/** The result for the client: an answer, or a connection that is cut without one. */
export type ManufactureAnswer = 'ACCEPTED' | 'CUT';

/** Takes orders, as badly as the faults in force demand. */
@Injectable()
export class ManufactureService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(ManufactureService.name);
  private readonly stopping = new AbortController();
  private inProgress = 0;

  constructor(
    private readonly faults: Faults,
    private readonly book: OrderBook,
    private readonly schedule: DeliverySchedule,
  ) {}

  beforeApplicationShutdown(): void {
    this.stopping.abort();
  }

  /**
   * Takes one well-formed order. A client that gives up while it waits may still have ordered: only a hanging
   * order is forgotten with its connection.
   *
   * @param clientGone settles when the client's connection closes
   * @param idempotencyKey an order under a known one is accepted, and not made again
   * @throws HttpException 503 above the concurrency limit, or the failure that was decided
   */
  async take(
    request: ManufactureRequest,
    clientGone: Promise<void>,
    idempotencyKey?: string,
  ): Promise<ManufactureAnswer> {
    const settings = this.faults.current;
    // Drawn before the limit is looked at: what is in progress depends on timing, and would shift the sequence.
    const decisions = this.faults.decide();
    const number = this.book.nextNumber();
    const { concurrencyLimit } = settings;
    if (concurrencyLimit > 0 && this.inProgress >= concurrencyLimit) {
      this.report(number, request, `refused with 503, ${this.inProgress} orders are in progress`);
      throw new ServiceUnavailableException('The factory is busy');
    }
    this.inProgress++;
    try {
      return await this.progress(number, { request, idempotencyKey }, clientGone, settings, decisions);
    } finally {
      this.inProgress--;
    }
  }

  private async progress(
    number: number,
    { request, idempotencyKey }: { request: ManufactureRequest; idempotencyKey: string | undefined },
    clientGone: Promise<void>,
    settings: FaultSettings,
    decisions: FaultDecisions,
  ): Promise<ManufactureAnswer> {
    if (decisions.hang) {
      this.report(number, request, 'hangs');
      await clientGone;
      return 'CUT';
    }
    await this.latency(settings.latencyMs);
    if (decisions.failure) {
      this.report(number, request, `fails with ${settings.failureStatus}`);
      throw new HttpException('The factory has a fault', settings.failureStatus);
    }
    if (idempotencyKey !== undefined && this.book.withKey(idempotencyKey)) {
      this.report(number, request, 'accepted before, under the same key');
    } else {
      this.accept(number, { request, idempotencyKey }, settings.leadTimeMs, decisions);
    }
    return decisions.dropAfterAccept ? 'CUT' : 'ACCEPTED';
  }

  private accept(
    number: number,
    { request, idempotencyKey }: { request: ManufactureRequest; idempotencyKey: string | undefined },
    leadTimeMs: number,
    decisions: FaultDecisions,
  ): void {
    const acceptedAt = Date.now();
    const count = Number(request.MessageAttributeProductCnt);
    const order: Order = {
      number,
      acceptedAt,
      messageGroupId: request.MessageGroupId,
      productId: request.MessageAttributeProductId,
      factoryId: request.MessageAttributeFactoryId,
      count,
      callbackUrl: request.CallbackUrl,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      deliveries: planDeliveries(count, decisions, leadTimeMs, acceptedAt),
    };
    if (!this.book.accept(order)) {
      this.report(number, request, 'refused with 503, too many orders await their callback');
      throw new ServiceUnavailableException('The factory has too many orders');
    }
    this.schedule.add(order);
    this.report(number, request, `accepted${describeFaults(decisions)}; ${describePlan(order)}`);
  }

  private async latency(latencyMs: number): Promise<void> {
    try {
      await sleep(latencyMs, undefined, { signal: this.stopping.signal });
    } catch {
      throw new ServiceUnavailableException('The factory is closing');
    }
  }

  private report(number: number, request: ManufactureRequest, decision: string): void {
    const { MessageAttributeProductCnt: count, MessageAttributeProductId: productId } = request;
    this.logger.log(`Order ${number}, ${count} x ${productId}: ${decision}`);
  }
}

function describeFaults(decisions: FaultDecisions): string {
  const faults: string[] = [];
  if (decisions.dropAfterAccept) faults.push('but the connection is cut');
  if (decisions.duplicate) faults.push('every callback twice');
  if (decisions.late) faults.push('late');
  if (decisions.outOfOrder) faults.push('out of order');
  return faults.map((fault) => `, ${fault}`).join('');
}

function describePlan(order: Order): string {
  return order.deliveries
    .filter(({ copy }) => copy === 1)
    .map((delivery) => {
      const count = delivery.countAsText ? `"${delivery.count}"` : delivery.count;
      return `${describeDelivery(delivery)}: ${count} in ${delivery.dueAt - order.acceptedAt} ms`;
    })
    .join(', ');
}

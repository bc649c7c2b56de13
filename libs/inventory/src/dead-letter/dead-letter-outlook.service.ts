import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { Notification } from '../notification/notification.entity.js';
import { Factory } from '../product/factory.entity.js';
import { GoodsReceipt } from '../receiving/goods-receipt.entity.js';
import { factoryCircuit } from '../restock/factory-circuit.js';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { WebhookDelivery } from '../webhook/webhook-delivery.entity.js';
import { MAIL_CIRCUIT } from '../notification/mail-circuit.js';
import { type DeadLetter } from './dead-letter.entity.js';
import { namesIn, parseObject } from './dead-letter-subject.js';
import { breaksContract } from './redrivable-message.js';

/** What would become of a letter that is redriven now. */
export interface DeadLetterOutlook {
  plan: 'REDRIVE' | 'SATISFIED' | 'UNSAFE' | 'NOT_REDRIVABLE';
  /** The circuit of the system that it asks for something; null where there is none. */
  circuit: string | null;
}

/** After these, a factory without idempotency keys may have taken the order. */
const UNANSWERED = new Set(['FACTORY.TIMEOUT', 'HANDLER.TIMEOUT', 'HANDLER.DIED', 'RetryLaterError']);

/** A detail of `FACTORY.UNREACHABLE` that says that nothing was sent. */
const NOTHING_SENT = /not reached|not allowed|is missing|not found/;

/** The last fault of an order that has waited, and the answer of a gateway whose factory did not answer. */
const UNANSWERED_DETAIL = /FACTORY\.TIMEOUT|no answer within|broke before the answer|answered (502|504)/;

/** Nothing but another message helps: the redrive of a callback does not change what it says. */
const NEEDS_ANOTHER_MESSAGE = new Set([
  'RECEIPT.FORGED',
  'RECEIPT.UNKNOWN_ORDER',
  'RECEIPT.MISMATCH',
  'RECEIPT.QUANTITY_INVALID',
  'RECEIPT.ORDER_CANCELLED',
  'RESTOCK_ORDER.UNKNOWN',
]);

/** What the letters name, read once for many. */
interface Named {
  orders: Map<string, RestockOrder>;
  factories: Map<string, Factory>;
  receipts: Set<string>;
  mails: Map<string, Notification>;
  deliveries: Map<string, WebhookDelivery>;
}

/** Says what would become of dead letters that are redriven. */
@Injectable()
export class DeadLetterOutlookService {
  /** One for each of `letters`, in their order, by at most five queries. In the caller's transaction. */
  async outlooksOf(manager: EntityManager, letters: readonly DeadLetter[]): Promise<DeadLetterOutlook[]> {
    const named = await this.read(manager, letters);
    return letters.map((letter) => outlookOf(letter, named));
  }

  private async read(manager: EntityManager, letters: readonly DeadLetter[]): Promise<Named> {
    const text = (queue: string, name: string) =>
      letters
        .filter((letter) => letter.queue === queue)
        .map(({ body }) => parseObject(body)?.[name])
        .filter((value) => typeof value === 'string');
    const find = async <Row extends { id: string }>(entity: new () => Row, ids: string[]) => {
      const rows = ids.length > 0 ? await manager.findBy(entity, { id: In(ids) } as never) : [];
      return new Map(rows.map((row) => [row.id, row]));
    };
    const orders = await find(RestockOrder, text('restock', 'restockOrderId'));
    const fingerprints = text('goods-receipts', 'deliveryFingerprint');
    const receipts =
      fingerprints.length > 0
        ? await manager.findBy(GoodsReceipt, {
            restockOrderId: In(text('goods-receipts', 'restockOrderId')),
            deliveryFingerprint: In(fingerprints),
          })
        : [];
    return {
      orders,
      factories: await find(Factory, [...new Set([...orders.values()].map(({ factoryId }) => factoryId))]),
      receipts: new Set(receipts.map((receipt) => receiptKey({ ...receipt }))),
      mails: await find(Notification, text('notifications', 'notificationId')),
      deliveries: await find(WebhookDelivery, text('webhooks', 'deliveryId')),
    };
  }
}

function outlookOf(letter: DeadLetter, named: Named): DeadLetterOutlook {
  const message = parseObject(letter.body);
  const circuit = circuitOf(letter, named);
  if (!message || NEEDS_ANOTHER_MESSAGE.has(letter.causeCode) || breaksContract(letter)) {
    return { plan: 'NOT_REDRIVABLE', circuit };
  }
  if (isSatisfied(letter, message, named)) return { plan: 'SATISFIED', circuit };
  return { plan: isUnsafe(letter, named) ? 'UNSAFE' : 'REDRIVE', circuit };
}

function isSatisfied({ queue }: DeadLetter, message: Record<string, unknown>, named: Named): boolean {
  const of = <Row>(rows: Map<string, Row>, id: unknown) => rows.get(String(id));
  switch (queue) {
    case 'restock': {
      // Whatever brought the order on, it was not this message.
      const order = of(named.orders, message.restockOrderId);
      return order !== undefined && order.status !== 'DEAD_LETTERED';
    }
    case 'goods-receipts':
      return named.receipts.has(receiptKey(message));
    case 'notifications':
      return Boolean(of(named.mails, message.notificationId)?.sentAt);
    case 'webhooks':
      return of(named.deliveries, message.deliveryId)?.status === 'DELIVERED';
    default:
      return false;
  }
}

/** Whether a redrive may do it twice, or approves what a person should look at. */
function isUnsafe(letter: DeadLetter, named: Named): boolean {
  const { queue, causeCode, causeDetail, attempts } = letter;
  if (causeCode === 'RECEIPT.EXPIRED') return true;
  if (queue !== 'restock') return false;
  const factory = named.factories.get(factoryIdOf(letter, named) ?? '');
  if (factory?.adapter === 'webhook') return false;
  return [{ code: causeCode, detail: causeDetail }, ...attempts].some(mayBeOrdered);
}

/** The factory may have taken an order whose answer was lost, also on the way through a gateway. */
function mayBeOrdered({ code, detail }: { code: string; detail: string }): boolean {
  if (code === 'FACTORY.UNREACHABLE') return !NOTHING_SENT.test(detail);
  return UNANSWERED.has(code) || UNANSWERED_DETAIL.test(detail);
}

function circuitOf(letter: DeadLetter, named: Named): string | null {
  if (letter.queue === 'notifications') return MAIL_CIRCUIT;
  const factoryId = letter.queue === 'restock' ? factoryIdOf(letter, named) : null;
  return factoryId && factoryCircuit(factoryId);
}

function factoryIdOf({ body, factoryId }: DeadLetter, { orders }: Named): string | null {
  return orders.get(namesIn(body).restockOrderId ?? '')?.factoryId ?? factoryId;
}

function receiptKey({ restockOrderId, deliveryFingerprint }: Record<string, unknown>): string {
  return `${String(restockOrderId)} ${String(deliveryFingerprint)}`;
}

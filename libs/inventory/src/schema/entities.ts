import { AuditEntry } from '../audit/audit-entry.entity.js';
import { Circuit } from '../circuit/circuit.entity.js';
import { DeadLetterJob } from '../dead-letter/dead-letter-job.entity.js';
import { DeadLetterJobItem } from '../dead-letter/dead-letter-job-item.entity.js';
import { DeadLetterMute } from '../dead-letter/dead-letter-mute.entity.js';
import { DeadLetter } from '../dead-letter/dead-letter.entity.js';
import { DeliveryFailure } from '../dead-letter/delivery-failure.entity.js';
import { KeyedRequest } from '../idempotency/keyed-request.entity.js';
import { Notification } from '../notification/notification.entity.js';
import { ApiKey } from '../operator/api-key.entity.js';
import { CustomerDataExpiry } from '../privacy/customer-data-expiry.entity.js';
import { OutboxMessage } from '../outbox/outbox-message.entity.js';
import { Factory } from '../product/factory.entity.js';
import { Product } from '../product/product.entity.js';
import { GoodsReceipt } from '../receiving/goods-receipt.entity.js';
import { ReconcileCheckpoint } from '../reconcile/checkpoint/reconcile-checkpoint.entity.js';
import { ReconcileFinding } from '../reconcile/checkpoint/reconcile-finding.entity.js';
import { SkuCheckpoint } from '../reconcile/checkpoint/sku-checkpoint.entity.js';
import { RestockOrderEvent } from '../restock/restock-order-event.entity.js';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { CustomerPurchase } from '../sale/customer-purchase.entity.js';
import { SaleLine } from '../sale/sale-line.entity.js';
import { ReturnedLine } from '../sale/returned-line.entity.js';
import { WaitingLine } from '../sale/waiting-line.entity.js';
import { Sale } from '../sale/sale.entity.js';
import { StockLevel } from '../stock/stock-level.entity.js';
import { StockMovement } from '../stock/stock-movement.entity.js';
import { WebhookDelivery } from '../webhook/webhook-delivery.entity.js';
import { WebhookEndpoint } from '../webhook/webhook-endpoint.entity.js';
import { Heartbeat } from '../database/heartbeat.entity.js';

/** Every table of the warehouse. Listed by class: a glob finds other files under another build. */
export const ENTITIES = [
  Factory,
  Product,
  StockLevel,
  StockMovement,
  Sale,
  SaleLine,
  WaitingLine,
  ReturnedLine,
  CustomerPurchase,
  RestockOrder,
  RestockOrderEvent,
  GoodsReceipt,
  OutboxMessage,
  Notification,
  DeadLetter,
  DeliveryFailure,
  Heartbeat,
  KeyedRequest,
  Circuit,
  WebhookEndpoint,
  WebhookDelivery,
  ApiKey,
  DeadLetterMute,
  DeadLetterJob,
  DeadLetterJobItem,
  AuditEntry,
  ReconcileCheckpoint,
  SkuCheckpoint,
  ReconcileFinding,
  CustomerDataExpiry,
];

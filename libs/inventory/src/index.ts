export { AdjustmentService } from './adjustment/adjustment.service.js';
export { AuditEntry, AUDIT_SUBJECTS } from './audit/audit-entry.entity.js';
export { AuditService, type AuditedAction, type AuditQuery } from './audit/audit.service.js';
export { Clock } from './database/clock.js';
export { type DatabaseSettings } from './schema/data-source-options.js';
export { Database } from './database/database.js';
export { storedTime, timeText } from './database/rows.js';
export { type Page } from './database/page.js';
export {
  DeadLetter,
  type DeadLetterAttempt,
  type DeadLetterStatus,
} from './dead-letter/dead-letter.entity.js';
export { DeadLetterService } from './dead-letter/dead-letter.service.js';
export { type DeadLetterCause, type UnhandledMessage } from './dead-letter/unhandled-message.js';
export { type DeadLetterFilter } from './dead-letter/dead-letter-filter.js';
export {
  DEAD_LETTER_JOB_ACTIONS,
  DEAD_LETTER_JOB_STATUSES,
  DeadLetterJob,
} from './dead-letter/dead-letter-job.entity.js';
export {
  DEAD_LETTER_JOB_OUTCOMES,
  DEAD_LETTER_PLANS,
  DeadLetterJobItem,
} from './dead-letter/dead-letter-job-item.entity.js';
export { DeadLetterJobService, type DeadLetterJobCounts } from './dead-letter/dead-letter-job.service.js';
export { DeadLetterJobRunner } from './dead-letter/dead-letter-job-runner.service.js';
export { DeadLetterMailService } from './dead-letter/dead-letter-mail.service.js';
export {
  DeadLetterFactsService,
  type DeadLetterGroup,
  type DeadLetterSubject,
} from './dead-letter/dead-letter-facts.service.js';
export { DeliveryFailureService } from './dead-letter/delivery-failure.service.js';
export { CommandEnvironment, DatabaseEnvironment, databaseSettings, SeedEnvironment } from './environment.js';
export { InventoryError, type InventoryErrorCode } from './errors.js';
export { IdempotencyService, type RequestKey, type StoredAnswer } from './idempotency/idempotency.service.js';
export { KeyedRequest } from './idempotency/keyed-request.entity.js';
export { asciiEmailAddress, isEmailAddress } from './notification/email-address.js';
export { MailWaitService, type ClaimedMail, type MailGuard } from './notification/mail-wait.service.js';
export { migrateWarehouse } from './migrate-warehouse.js';
export { NotificationService } from './notification/notification.service.js';
export { isVisibleText, visibleText } from './notification/visible-text.js';
export { ApiKey, ROLES, type Role } from './operator/api-key.entity.js';
export { ApiKeyService, BOOTSTRAP_NAME, type NewApiKey, type Operator } from './operator/api-key.service.js';
export { OutboxMessage } from './outbox/outbox-message.entity.js';
export { OutboxService } from './outbox/outbox.service.js';
export { Factory, FACTORY_ADAPTERS, type FactoryAdapterName } from './product/factory.entity.js';
export { Product, PRODUCT_STATUSES } from './product/product.entity.js';
export { CustomerDataExpiryService } from './privacy/customer-data-expiry.service.js';
export { CustomerAddress } from './privacy/customer-address.js';
export { ErasureService, type ErasureCounts } from './privacy/erasure.service.js';
export { ProductService, type ProductWithStock } from './product/product.service.js';
export {
  callbackUrl,
  deliveryFingerprint,
  signOrder,
  verifyOrder,
  type SignedOrder,
  type Verification,
} from './receiving/callback-signature.js';
export { ReceivingService, type Delivery, type ReceiptOutcome } from './receiving/receiving.service.js';
export { LedgerService, type Ledger, type LedgerTotal } from './reconcile/ledger.service.js';
export { type Difference } from './reconcile/invariants.js';
export {
  type ExplainedDifference,
  type RepairMovement,
  type RepairPlan,
  type SkuRepair,
} from './reconcile/repair/repair-plan.js';
export { RepairService, type RepairOutcome } from './reconcile/repair/repair.service.js';
export { ReconcileService, type Reconciliation } from './reconcile/reconcile.service.js';
export { type RetentionKind } from './retention/retention-rules.js';
export { RETENTION_BATCH, RetentionService } from './retention/retention.service.js';
export { RestockOrderEvent } from './restock/restock-order-event.entity.js';
export { Circuit } from './circuit/circuit.entity.js';
export { CircuitModule } from './circuit/circuit.module.js';
export { CircuitService } from './circuit/circuit.service.js';
export {
  acceptedRange,
  arrivalRange,
  rangeKept,
  remainingRange,
  type ArrivalQuestion,
  type ArrivalRange,
  type RangeKept,
} from './restock/arrival-range.js';
export {
  leadTimeQuantiles,
  nextCorrection,
  type LeadTimeQuantiles,
  type ObservedOrder,
} from './restock/lead-time-quantiles.js';
export { FactoryIncidentService, type IncidentTimes } from './restock/factory-incident.service.js';
export { FactoryService, type FactoryChange, type FactoryState } from './restock/factory.service.js';
export { FactoryWaitService } from './restock/factory-wait.service.js';
export {
  RestockAttemptService,
  type AttemptClaim,
  type FactoryFault,
  type FactoryGuard,
} from './restock/restock-attempt.service.js';
export {
  RestockOrder,
  RESTOCK_ORDER_STATUSES,
  type RestockOrderStatus,
} from './restock/restock-order.entity.js';
export { RestockProgressService } from './restock/restock-progress.service.js';
export { RestockService, type OrderWithTimeline, type RestockEstimate } from './restock/restock.service.js';
export { isAtReorderPoint, maxRefusedUnits, restockQuantity } from './restock/restock-rules.js';
export { DEMAND_DAYS } from './restock/demand-history.js';
export {
  dailyDemand,
  demandStatistics,
  leadTimeStatistics,
  suggestedRule,
  type SuggestedFigure,
} from './restock/restock-suggestion.js';
export { RestockSuggestionService, type RestockSuggestion } from './restock/restock-suggestion.service.js';
export { DEFAULT_BATCH_LIMITS } from './sale/batch-limits.js';
export { SALE_STATUSES } from './sale/sale.entity.js';
export { giveBack } from './sale/purchase-limit.js';
export { SaleModule } from './sale/sale.module.js';
export { SaleSearchService, type SaleSearch } from './sale/sale-search.service.js';
export { SaleService } from './sale/sale.service.js';
export { type ShownSale, type SaleOutcome, type SaleRequest, type Shortage } from './sale/sale-request.js';
export { SaleCancellationService } from './waitlist/sale-cancellation.service.js';
export { WaitlistModule } from './waitlist/waitlist.module.js';
export { WaitlistUpkeepService, type Upkeep } from './waitlist/waitlist-upkeep.service.js';
export { StockLevel } from './stock/stock-level.entity.js';
export { MovementListService, type MovementQuery } from './stock/movement-list.service.js';
export { CORRECTED_REASONS, StockMovement, STOCK_MOVEMENT_REASONS } from './stock/stock-movement.entity.js';
export { WebhookDelivery, WEBHOOK_DELIVERY_STATUSES } from './webhook/webhook-delivery.entity.js';
export { WebhookDeliveryService } from './webhook/webhook-delivery.service.js';
export { WebhookLogService, type WebhookDeliveryQuery } from './webhook/webhook-log.service.js';
export { WebhookEndpoint, type WebhookEndpointStatus } from './webhook/webhook-endpoint.entity.js';
export { WebhookEndpointService, type WebhookEndpointChange } from './webhook/webhook-endpoint.service.js';
export { WEBHOOK_EVENT_TYPES, type WebhookEvent, type WebhookEventType } from './webhook/webhook-event.js';
export { type WebhookAttempt, type WebhookOutcome } from './webhook/webhook-outcome.js';
export { WebhookRecorder } from './webhook/webhook-recorder.service.js';
export { WebhookEnvironment } from './webhook/environment.js';
export { WebhookModule } from './webhook/webhook.module.js';
export { DatabaseModule } from './database.module.js';
export { AdjustmentModule } from './adjustment/adjustment.module.js';
export { DeadLetterModule } from './dead-letter/dead-letter.module.js';
export { AuditModule } from './audit/audit.module.js';
export { OperatorModule } from './operator/operator.module.js';
export { IdempotencyModule } from './idempotency/idempotency.module.js';
export { NotificationModule } from './notification/notification.module.js';
export { OutboxModule } from './outbox/outbox.module.js';
export { PrivacyModule } from './privacy/privacy.module.js';
export { ProductModule } from './product/product.module.js';
export { ReceivingModule } from './receiving/receiving.module.js';
export { ReconcileModule } from './reconcile/reconcile.module.js';
export { RestockModule } from './restock/restock.module.js';
export { RetentionModule } from './retention/retention.module.js';

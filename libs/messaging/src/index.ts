export { type ConsumerOptions, type QueueConsumerOptions } from './consumer-options.js';
export { ConsumerControl } from './consumer-gate.js';
export { ConsumerHealth } from './consumer-health.js';
export { GoodsReceiptMessage } from './contracts/goods-receipt-message.js';
export { MESSAGE_CONTRACTS, type MessageOf } from './contracts/message-contracts.js';
export { NotificationMessage } from './contracts/notification-message.js';
export { ProbeMessage } from './contracts/probe-message.js';
export { RestockMessage } from './contracts/restock-message.js';
export {
  DELIVERY_FAILURE_RECORDER,
  type DeliveryFailure,
  type DeliveryFailureRecorder,
} from './delivery-failures.js';
export { type DeadLetterDelivery, type Delivery } from './delivery.js';
export {
  ConsumerSetupError,
  ConsumersStalledError,
  MessageContractError,
  QueueUnavailableError,
  RetryLaterError,
} from './errors.js';
export { MessagingModule, type PublisherOptions } from './messaging.module.js';
export { DeadLetterHandler, QueueHandler } from './queue-handler.decorator.js';
export { type BatchEntry, type BatchOutcome, QueuePublisher } from './queue-publisher.js';
export { deadLetterQueueOf, QUEUE_NAMES, type QueueName, queueUrl } from './queues.js';

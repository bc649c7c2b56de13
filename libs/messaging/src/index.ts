export { type ConsumerOptions, type QueueConsumerOptions } from './consumer-options.js';
export { ConsumerControl } from './consumer-gate.js';
export { ConsumerHealth } from './consumer-health.js';
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
export { InvokedConsumers } from './invoked-consumers.js';
export { MessagingModule, type PublisherOptions } from './messaging.module.js';
export { DeadLetterHandler, QueueHandler } from './queue-handler.decorator.js';
export { type BatchEntry, type BatchOutcome, QueuePublisher } from './queue-publisher.js';

export { contractFaults } from './contract-faults.js';
export { GoodsReceiptMessage } from './messages/goods-receipt-message.js';
export {
  type MailFacts,
  type NotificationKind,
  NotificationMessage,
  type NotificationOf,
} from './messages/notification-message.js';
export { probeAnswer, ProbeMessage } from './messages/probe-message.js';
export { RestockMessage } from './messages/restock-message.js';
export { WebhookMessage } from './messages/webhook-message.js';
export {
  DEAD_LETTER_QUEUES,
  deadLetterQueueOf,
  type LimitSetting,
  type MessageOf,
  QUEUE_NAMES,
  type QueueName,
  QUEUES,
  queueUrl,
} from './queues.js';

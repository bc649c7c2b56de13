import { type Static } from 'typebox';
import Value from 'typebox/value';
import { type QueueName } from '../queues.js';
import { GoodsReceiptMessage } from './goods-receipt-message.js';
import { NotificationMessage } from './notification-message.js';
import { ProbeMessage } from './probe-message.js';
import { RestockMessage } from './restock-message.js';

/** What a message of each queue looks like. Held on both ends: before a message is sent, and before it is handled. */
export const MESSAGE_CONTRACTS = {
  restock: RestockMessage,
  'goods-receipts': GoodsReceiptMessage,
  notifications: NotificationMessage,
  probe: ProbeMessage,
} as const;

export type MessageOf<Q extends QueueName> = { [K in QueueName]: Static<(typeof MESSAGE_CONTRACTS)[K]> }[Q];

/** What is wrong with `message` by the contract of `queue`, at most eight faults. Names places, never values. */
export function contractFaults(queue: QueueName, message: unknown): string[] {
  const contract = MESSAGE_CONTRACTS[queue];
  if (Value.Check(contract, message)) return [];
  return (
    Value.Errors(contract, message)
      // An unknown property is reported twice, and this is the report that does not say so.
      .filter(({ keyword }) => keyword !== 'boolean')
      .map(({ instancePath, message: fault }) => `${instancePath || '/'} ${fault}`)
  );
}

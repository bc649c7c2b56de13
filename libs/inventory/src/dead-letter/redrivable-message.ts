import { contractFaults, QUEUE_NAMES, type QueueName } from '#queues';
import { InventoryError } from '../errors.js';
import { type DeadLetter } from './dead-letter.entity.js';
import { parseObject } from './dead-letter-subject.js';

type Message = Record<string, unknown>;

/** Causes that a redrive cannot fix, whatever is edited. */
const NEVER_REDRIVABLE = new Set(['RECEIPT.FORGED']);

/**
 * Members that say what a message is about, or who vouches for it. With another restock order the one of the letter would
 * wait for ever; with another verification an operator would sign for the factory.
 */
const NOT_EDITABLE = ['verification', 'notificationId', 'endpointId', 'deliveryId'];

/**
 * The message to send again. A callback with a correct but expired signature is sent as a valid one, because a person has
 * approved it.
 *
 * @param edited in place of the message as it came
 * @throws InventoryError `DEAD_LETTER.NOT_REDRIVABLE`, `DEAD_LETTER.MESSAGE_INVALID`
 */
export function redrivableMessage(letter: DeadLetter, edited?: Message): Message {
  const original = parseObject(letter.body);
  if (NEVER_REDRIVABLE.has(letter.causeCode) || !(original || edited)) throw notRedrivable(letter);
  if (edited) refuseFaults(letter, editFaults(letter, original, edited));
  const message = edited ?? original!;
  return letter.causeCode === 'RECEIPT.EXPIRED' ? { ...message, verification: 'VALID' } : message;
}

/** Whether the message as it came breaks the contract of its queue: it would fail again. */
export function breaksContract({ queue, body }: DeadLetter): boolean {
  return !isQueueName(queue) || contractFaults(queue, parseObject(body)).length > 0;
}

function editFaults({ queue }: DeadLetter, original: Message | undefined, edited: Message): string[] {
  if (!isQueueName(queue)) return [`there is no queue ${queue}`];
  const kept = queue === 'restock' ? [...NOT_EDITABLE, 'restockOrderId'] : NOT_EDITABLE;
  const changed = kept.filter((name) => original && edited[name] !== original[name]);
  return [...contractFaults(queue, edited), ...changed.map((name) => `/${name} cannot be edited`)];
}

function refuseFaults({ id }: DeadLetter, faults: string[]): void {
  if (faults.length === 0) return;
  throw new InventoryError(
    'DEAD_LETTER.MESSAGE_INVALID',
    `The edited message is refused: ${faults.join('; ')}.`,
    { id, faults },
  );
}

function notRedrivable({ causeCode }: DeadLetter): InventoryError {
  return new InventoryError(
    'DEAD_LETTER.NOT_REDRIVABLE',
    'This message would fail again as it is. Discard it; if goods did arrive, add them by a stock adjustment.',
    { causeCode },
  );
}

function isQueueName(queue: string): queue is QueueName {
  return (QUEUE_NAMES as readonly string[]).includes(queue);
}

import { type MessageOf, QUEUE_NAMES, type QueueName, QUEUES } from '#queues';
import { type Message } from '@aws-sdk/client-sqs';
import { SqsMessageHandler } from '@ssut/nestjs-sqs';
import { consumerNameOf, type Subscription } from './consumer-options.js';
import { type DeadLetterDelivery, type Delivery, toDeadLetterDelivery, toDelivery } from './delivery.js';

const SUBSCRIPTION = Symbol('SUBSCRIPTION');

type HandlerDecorator<Received> = <Method extends (delivery: Received) => Promise<void>>(
  prototype: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/**
 * Makes the method the handler of `queue`. When it resolves, the message is deleted. When it throws, the message comes
 * back after the retry delay, until SQS moves it to the dead-letter queue. A body that breaks the contract never reaches
 * the method. The same message may come twice, so the method must be idempotent.
 *
 * The method is replaced by one with the parameters of `@ssut/nestjs-sqs`, so call it only through a queue.
 */
export function QueueHandler<Q extends QueueName>(queue: Q): HandlerDecorator<Delivery<MessageOf<Q>>> {
  const subscription = { queue, deadLetter: false };
  return (prototype, method, descriptor) => {
    const original = { ...descriptor };
    handlerOf(subscription, (message) => toDelivery(queue, message))(prototype, method, descriptor);
    for (let lane = 2; lane <= mostLanes(queue); lane += 1) {
      const own = { ...original };
      handlerOf(subscription, (message) => toDelivery(queue, message), lane)(prototype, method, own);
      Object.defineProperty(prototype, `${String(method)}:${lane}`, own);
    }
  };
}

/**
 * Makes the method the handler of the dead letters of `queues`, or of all queues when none is named. When it resolves,
 * the dead letter is deleted: it must be recorded by then. When it throws, the dead letter comes back after the retry
 * delay, until its retention ends.
 */
export function DeadLetterHandler(...queues: QueueName[]): HandlerDecorator<DeadLetterDelivery> {
  return (prototype, method, descriptor) => {
    for (const queue of queues.length > 0 ? queues : QUEUE_NAMES) {
      // nestjs-sqs knows one queue for a method, so that each queue gets a method of its own.
      const own = { ...descriptor };
      const decorate = handlerOf({ queue, deadLetter: true }, (message) =>
        toDeadLetterDelivery(queue, message),
      );
      decorate(prototype, method, own);
      Object.defineProperty(prototype, `${String(method)}:${queue}`, own);
    }
  };
}

/** The queue that `method` was decorated to handle. */
export function subscriptionOf(method: object): Subscription | undefined {
  return Reflect.getMetadata(SUBSCRIPTION, method) as Subscription | undefined;
}

/** A queue that does not exist is refused later, with all other faults of the consumers. */
function mostLanes(queue: string): number {
  return queue in QUEUES ? QUEUES[queue as QueueName].lanes : 1;
}

function handlerOf<Received>(
  subscription: Subscription,
  toReceived: (message: Message) => Received,
  lane = 1,
): HandlerDecorator<Received> {
  return (prototype, method, descriptor) => {
    const handle = descriptor.value!;
    const receive = async function (this: unknown, message: Message): Promise<Message> {
      try {
        await handle.call(this, toReceived(message));
      } catch (error) {
        // sqs-consumer passes on only the cause of an Error.
        throw error instanceof Error ? error : new Error(String(error), { cause: error });
      }
      // Explicit, because versions of sqs-consumer differ in whether they delete a message for `undefined`.
      return message;
    };
    descriptor.value = receive as never;
    if (lane === 1) Reflect.defineMetadata(SUBSCRIPTION, subscription, receive);
    SqsMessageHandler(consumerNameOf(subscription, lane))(prototype, method, descriptor);
  };
}

import { type Message } from '@aws-sdk/client-sqs';
import { SqsMessageHandler } from '@ssut/nestjs-sqs';
import { consumerNameOf, type Subscription } from './consumer-options.js';
import { type MessageOf } from './contracts/message-contracts.js';
import { type DeadLetterDelivery, type Delivery, toDeadLetterDelivery, toDelivery } from './delivery.js';
import { type QueueName } from './queues.js';

const SUBSCRIPTION = Symbol('SUBSCRIPTION');

type HandlerDecorator<Received> = <Method extends (delivery: Received) => Promise<void>>(
  prototype: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/**
 * Makes the method the handler of `queue`. When it resolves, the message is deleted; when it throws, the message
 * comes back after the retry delay, until SQS moves it to the dead-letter queue. A body that breaks the contract
 * never reaches the method. The same message may come twice: the method must bear that.
 *
 * The method is replaced by one that takes what `@ssut/nestjs-sqs` hands over, so call it through a queue only.
 */
export function QueueHandler<Q extends QueueName>(queue: Q): HandlerDecorator<Delivery<MessageOf<Q>>> {
  return handlerOf({ queue, deadLetter: false }, (message) => toDelivery(queue, message));
}

/**
 * Makes the method the handler of the dead letters of `queue`. When it resolves, the dead letter is deleted: it
 * must be recorded by then. When it throws, the dead letter comes back after the retry delay, until its retention
 * ends.
 */
export function DeadLetterHandler(queue: QueueName): HandlerDecorator<DeadLetterDelivery> {
  return handlerOf({ queue, deadLetter: true }, (message) => toDeadLetterDelivery(queue, message));
}

/** What `method` was decorated to handle. */
export function subscriptionOf(method: object): Subscription | undefined {
  return Reflect.getMetadata(SUBSCRIPTION, method) as Subscription | undefined;
}

function handlerOf<Received>(
  subscription: Subscription,
  toReceived: (message: Message) => Received,
): HandlerDecorator<Received> {
  return (prototype, method, descriptor) => {
    const handle = descriptor.value!;
    const receive = async function (this: unknown, message: Message): Promise<Message> {
      try {
        await handle.call(this, toReceived(message));
      } catch (error) {
        // sqs-consumer passes on the cause of errors alone.
        throw error instanceof Error ? error : new Error(String(error), { cause: error });
      }
      // Said outright: whether sqs-consumer deletes a message for `undefined` changed between its versions.
      return message;
    };
    descriptor.value = receive as never;
    Reflect.defineMetadata(SUBSCRIPTION, subscription, receive);
    SqsMessageHandler(consumerNameOf(subscription))(prototype, method, descriptor);
  };
}

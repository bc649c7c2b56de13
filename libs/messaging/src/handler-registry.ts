import { type Message } from '@aws-sdk/client-sqs';
import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import {
  CONSUMER_OPTIONS,
  consumerNameOf,
  type ConsumerOptions,
  consumersOf,
  type Subscription,
} from './consumer-options.js';
import { ConsumerSetupError } from './errors.js';
import { subscriptionOf } from './queue-handler.decorator.js';

interface Handler {
  subscription: Subscription;
  receive: (message: Message) => Promise<unknown>;
  /** `Class.method` */
  method: string;
}

/** Compares consumers and handlers: nestjs-sqs itself only warns about a queue without a handler. */
@Injectable()
export class HandlerRegistry {
  private handlers?: ReadonlyMap<string, Handler['receive']>;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    @Inject(CONSUMER_OPTIONS) private readonly options: ConsumerOptions,
  ) {}

  /** @throws ConsumerSetupError unless every consumer has one handler, and every handler a consumer */
  assertComplete(): void {
    const handlers = this.findHandlers();
    // The decorator gives every lane of a queue the same handler.
    const consumers = consumersOf(this.options).filter(({ lane }) => lane === 1);
    const faults: string[] = [];
    for (const consumer of consumers) {
      const methods = handlers
        .filter(({ subscription }) => consumerNameOf(subscription) === consumer.name)
        .map(({ method }) => method);
      const decorator = decoratorOf(consumer);
      if (methods.length === 0) {
        faults.push(
          `Queue "${consumer.name}" has no handler: add ${decorator} to a method of a singleton provider.`,
        );
      } else if (methods.length > 1) {
        faults.push(
          `Queue "${consumer.name}" has ${methods.length} handlers: keep ${decorator} on one of ${methods.join(', ')}.`,
        );
      }
    }
    for (const { subscription, method } of handlers) {
      const name = consumerNameOf(subscription);
      if (consumers.some((consumer) => consumer.name === name)) continue;
      faults.push(
        `${method} handles queue "${name}", which has no consumer: add it to MessagingModule.forConsumers(), or remove ${decoratorOf(subscription)}.`,
      );
    }
    if (faults.length > 0) throw new ConsumerSetupError(faults);
  }

  /** The decorated method for the messages of a queue, as a function. {@link assertComplete} says that there is one. */
  handlerOf({ queue, deadLetter }: Subscription): Handler['receive'] {
    this.handlers ??= new Map(
      this.findHandlers().map(({ subscription, receive }) => [consumerNameOf(subscription), receive]),
    );
    return this.handlers.get(consumerNameOf({ queue, deadLetter }))!;
  }

  private findHandlers(): Handler[] {
    // A set, because an alias is a provider of its own with the same instance.
    const instances = new Set(
      this.discovery
        .getProviders()
        .filter((provider) => provider.isDependencyTreeStatic() && !provider.isTransient)
        .map(({ instance }) => instance as unknown)
        .filter((instance) => typeof instance === 'object' && instance !== null),
    );
    return [...instances].flatMap((instance) => this.handlersOf(instance));
  }

  private handlersOf(instance: object): Handler[] {
    const prototype = Object.getPrototypeOf(instance) as Record<string, object> | null;
    if (!prototype) return [];
    return this.scanner.getAllMethodNames(prototype).flatMap((method) => {
      const subscription = subscriptionOf(prototype[method]!);
      if (!subscription) return [];
      const receive = (prototype[method] as Handler['receive']).bind(instance);
      return [{ subscription, receive, method: `${instance.constructor.name}.${method}` }];
    });
  }
}

function decoratorOf({ queue, deadLetter }: Subscription): string {
  return `@${deadLetter ? 'DeadLetterHandler' : 'QueueHandler'}('${queue}')`;
}

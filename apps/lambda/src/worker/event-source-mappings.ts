import { ConsumerControl } from '#messaging';
import { type QueueName } from '#queues';
import {
  type EventSourceMappingConfiguration,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { BOUNDED } from '../bounded-client.js';
import { variables } from '../environment.js';

/**
 * Pauses queues by what polls them for Lambda: the event source mappings of `WORKER_FUNCTION_NAME`. Every environment sees the
 * same state, which outlives them all: the one that met an outage need not be the one that sees its end. Without the
 * variable, as in a local run, nothing can be paused.
 */
export class EventSourceMappings extends ConsumerControl {
  private readonly lambda = new LambdaClient(BOUNDED);

  override async pause(queues: readonly QueueName[]): Promise<void> {
    await this.enable(queues, false);
  }

  override async resume(queues: readonly QueueName[]): Promise<void> {
    await this.enable(queues, true);
  }

  override async paused(queues: readonly QueueName[]): Promise<QueueName[]> {
    const mappings = await this.mappings();
    return queues.filter((queue) => mappings.some((mapping) => isOf(queue, mapping) && isOff(mapping)));
  }

  /** One that is just changing refuses: the others are changed all the same, and this one at the next look. */
  private async enable(queues: readonly QueueName[], Enabled: boolean): Promise<void> {
    const mappings = await this.mappings();
    const wrong = mappings.filter(
      (mapping) => isOff(mapping) === Enabled && queues.some((queue) => isOf(queue, mapping)),
    );
    const outcomes = await Promise.allSettled(
      wrong.map(({ UUID }) => this.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }))),
    );
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') console.error('An event source was not changed:', outcome.reason);
    }
  }

  private async mappings(): Promise<EventSourceMappingConfiguration[]> {
    const { WORKER_FUNCTION_NAME: FunctionName } = variables;
    if (!FunctionName) return [];
    const { EventSourceMappings: mappings = [] } = await this.lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName }),
    );
    return mappings;
  }
}

function isOf(queue: QueueName, { EventSourceArn = '' }: EventSourceMappingConfiguration): boolean {
  const prefix = variables.QUEUE_URL_PREFIX?.split('/').at(-1) ?? '';
  return EventSourceArn.endsWith(`:${prefix}${queue}`);
}

function isOff({ State }: EventSourceMappingConfiguration): boolean {
  return State === 'Disabled' || State === 'Disabling';
}

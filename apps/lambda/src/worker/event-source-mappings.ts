import { ConsumerControl } from '#messaging';
import { type QueueName } from '#queues';
import {
  type EventSourceMappingConfiguration,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { variables } from '../environment.js';

/**
 * Pauses queues by what polls them for Lambda: the event source mappings of `WORKER_FUNCTION_NAME`. Every environment sees the
 * same state, which outlives them all: the one that met an outage need not be the one that sees its end. Without the
 * variable, as in a local run, nothing can be paused.
 */
export class EventSourceMappings extends ConsumerControl {
  private readonly lambda = new LambdaClient({});

  override async pause(queues: readonly QueueName[]): Promise<void> {
    await this.enable(queues, false);
  }

  override async resume(queues: readonly QueueName[]): Promise<void> {
    await this.enable(queues, true);
  }

  override async isPaused(queues: readonly QueueName[]): Promise<boolean> {
    return (await this.mappingsOf(queues)).some(({ State }) => State === 'Disabled' || State === 'Disabling');
  }

  private async enable(queues: readonly QueueName[], Enabled: boolean): Promise<void> {
    for (const { UUID } of await this.mappingsOf(queues)) {
      await this.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
    }
  }

  private async mappingsOf(queues: readonly QueueName[]): Promise<EventSourceMappingConfiguration[]> {
    const { WORKER_FUNCTION_NAME, QUEUE_URL_PREFIX = '' } = variables;
    if (!WORKER_FUNCTION_NAME) return [];
    const prefix = QUEUE_URL_PREFIX.split('/').at(-1);
    const ends = queues.map((queue) => `:${prefix}${queue}`);
    const { EventSourceMappings: mappings = [] } = await this.lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: WORKER_FUNCTION_NAME }),
    );
    return mappings.filter(({ EventSourceArn = '' }) => ends.some((end) => EventSourceArn.endsWith(end)));
  }
}

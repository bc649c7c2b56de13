import { MessagingModule } from '#messaging';
import { InvokedSchedule } from '#runtime';
import { type DynamicModule, Module } from '@nestjs/common';
import { consumerOptions } from '../../../worker/src/consumer-options.js';
import { type WorkerEnvironment } from '../../../worker/src/environment.js';
import { WorkModule } from '../../../worker/src/work.module.js';
import { EventSourceMappings } from './event-source-mappings.js';

/** The worker's handlers and tasks, called by the platform. */
@Module({})
export class InvokedWorkerModule {
  static forRoot(environment: WorkerEnvironment): DynamicModule {
    return {
      module: InvokedWorkerModule,
      imports: [
        WorkModule.forRoot(environment, InvokedSchedule),
        MessagingModule.forInvocations(consumerOptions(environment), new EventSourceMappings()),
      ],
    };
  }
}

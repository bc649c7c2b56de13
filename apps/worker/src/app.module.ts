import { MessagingModule } from '#messaging';
import { HealthModule, Schedule } from '#runtime';
import { type DynamicModule, Module } from '@nestjs/common';
import { consumerOptions } from './consumer-options.js';
import { type WorkerEnvironment } from './environment.js';
import { WorkModule } from './work.module.js';
import { WorkerReadiness } from './worker-readiness.js';

/** The queue worker: everything that happens after the buyer has got an answer. It polls the queues. */
@Module({})
export class AppModule {
  static forRoot(environment: WorkerEnvironment): DynamicModule {
    return {
      module: AppModule,
      imports: [
        HealthModule,
        WorkModule.forRoot(environment, Schedule),
        MessagingModule.forConsumers(consumerOptions(environment)),
      ],
      providers: [WorkerReadiness],
    };
  }
}

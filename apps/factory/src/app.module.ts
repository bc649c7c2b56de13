import { HealthModule } from '#runtime';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { CallbackClient } from './callback.client.js';
import { CallbackSettings } from './callback-settings.js';
import { DeliverySchedule } from './delivery-schedule.js';
import { ErrorFilter } from './error.filter.js';
import { type FaultSettings } from './fault-settings.js';
import { Faults } from './faults.js';
import { FaultsController } from './faults.controller.js';
import { ManufactureController } from './manufacture.controller.js';
import { ManufactureService } from './manufacture.service.js';
import { WebhookController } from './webhook.controller.js';
import { WEBHOOK_KEY } from './webhook-signature.js';
import { OrderBook } from './order-book.js';
import { OrderJournal } from './order-journal.js';

export interface FactorySettings {
  faults: FaultSettings;
  /** Where a restart finds what it must not forget; undefined: nowhere. */
  stateFile?: string;
  /** Signs the orders of the webhook; undefined: it takes none. */
  webhookKey?: string;
  callbacks?: CallbackSettings;
  maxConnections: number;
}

@Module({})
export class AppModule {
  /** @throws EnvironmentError when the state file cannot be kept */
  static with({
    faults,
    stateFile,
    webhookKey,
    callbacks = new CallbackSettings(),
  }: FactorySettings): DynamicModule {
    // Outside of Nest, which would print a stack for what is a fault of the environment.
    const journal = new OrderJournal(stateFile);
    return {
      module: AppModule,
      imports: [HealthModule],
      controllers: [ManufactureController, WebhookController, FaultsController],
      providers: [
        { provide: OrderJournal, useValue: journal },
        { provide: Faults, useFactory: () => new Faults(faults, journal) },
        { provide: WEBHOOK_KEY, useValue: webhookKey },
        { provide: CallbackSettings, useValue: callbacks },
        { provide: CallbackClient, useValue: new CallbackClient(callbacks.timeoutMs) },
        { provide: APP_FILTER, useClass: ErrorFilter },
        OrderBook,
        DeliverySchedule,
        ManufactureService,
      ],
    };
  }
}

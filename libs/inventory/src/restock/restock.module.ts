import { WebhookModule } from '../webhook/webhook.module.js';
import { Module } from '@nestjs/common';
import { StockModule } from '../stock/stock.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { NotificationModule } from '../notification/notification.module.js';
import { CircuitModule } from '../circuit/circuit.module.js';
import { FactoryIncidentService } from './factory-incident.service.js';
import { FactoryService } from './factory.service.js';
import { FactoryWaitService } from './factory-wait.service.js';
import { RestockAttemptService } from './restock-attempt.service.js';
import { ProductModule } from '../product/product.module.js';
import { RestockSuggestionService } from './restock-suggestion.service.js';
import { RestockService } from './restock.service.js';
import { RestockProgressService } from './restock-progress.service.js';

/** Restock orders. */
@Module({
  imports: [ProductModule, StockModule, OutboxModule, NotificationModule, CircuitModule, WebhookModule],
  providers: [
    RestockService,
    RestockProgressService,
    RestockAttemptService,
    FactoryWaitService,
    FactoryIncidentService,
    FactoryService,
    RestockSuggestionService,
  ],
  exports: [
    RestockService,
    RestockProgressService,
    RestockAttemptService,
    FactoryWaitService,
    FactoryIncidentService,
    FactoryService,
    RestockSuggestionService,
  ],
})
export class RestockModule {}

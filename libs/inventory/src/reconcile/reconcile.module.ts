import { Module } from '@nestjs/common';
import { ReconcileService } from './reconcile.service.js';
import { LedgerService } from './ledger.service.js';

/** Checks of the tables against each other. */
@Module({
  providers: [ReconcileService, LedgerService],
  exports: [ReconcileService, LedgerService],
})
export class ReconcileModule {}

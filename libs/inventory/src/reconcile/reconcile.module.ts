import { Module } from '@nestjs/common';
import { ReconcileService } from './reconcile.service.js';
import { MovementListService } from '../stock/movement-list.service.js';
import { LedgerService } from './ledger.service.js';

/** Checks of the tables against each other. */
@Module({
  providers: [ReconcileService, LedgerService, MovementListService],
  exports: [ReconcileService, LedgerService, MovementListService],
})
export class ReconcileModule {}

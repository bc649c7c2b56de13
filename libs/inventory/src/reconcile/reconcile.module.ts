import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { RestockModule } from '../restock/restock.module.js';
import { MovementListService } from '../stock/movement-list.service.js';
import { WaitlistModule } from '../waitlist/waitlist.module.js';
import { StockModule } from '../stock/stock.module.js';
import { CheckpointService } from './checkpoint/checkpoint.service.js';
import { LedgerService } from './ledger.service.js';
import { RepairService } from './repair/repair.service.js';
import { ReconcileService } from './reconcile.service.js';

/** Checks of the tables against each other, and repairs. */
@Module({
  imports: [StockModule, WaitlistModule, RestockModule, AuditModule],
  providers: [CheckpointService, ReconcileService, RepairService, LedgerService, MovementListService],
  exports: [ReconcileService, RepairService, LedgerService, MovementListService],
})
export class ReconcileModule {}

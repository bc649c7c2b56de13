import { ReconcileService, RepairService } from '#inventory';
import { type INestApplicationContext } from '@nestjs/common';

export interface Step {
  title: string;
  /** Sales are stored before it that are minutes old: what is new to an incremental reconcile. */
  hasRecentSales?: true;
  /** Changes the tables by hand before it; a `?` stands for a SKU. */
  damage?: string;
  /** @returns how many differences it found, or repaired */
  run: (application: INestApplicationContext) => Promise<number>;
}

const full = async (application: INestApplicationContext) =>
  (await application.get(ReconcileService).reconcile({ full: true })).differences.length;

/** As the worker does, without a full reconcile in between. */
const incremental = async (application: INestApplicationContext) =>
  (await application.get(ReconcileService).run(0)).differences.length;

/** What is measured, in this order, each in a process of its own. */
export const STEPS: Step[] = [
  { title: 'full reconcile', run: full },
  { title: 'incremental reconcile, the first one: it makes the checkpoint', run: incremental },
  { title: 'incremental reconcile', hasRecentSales: true, run: incremental },
  {
    title: 'incremental reconcile that finds a difference of one product',
    damage: 'UPDATE stock_level SET on_hand = on_hand + 5 WHERE sku = ?',
    run: incremental,
  },
  {
    title: 'plan of its repair',
    run: async (application) => (await application.get(RepairService).plan()).differences.length,
  },
  {
    title: 'its repair, with a plan of its own',
    run: async (application) => (await application.get(RepairService).apply('bench')).repaired.length,
  },
  { title: 'full reconcile of what was repaired', run: full },
];

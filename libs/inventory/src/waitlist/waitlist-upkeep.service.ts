import { Injectable } from '@nestjs/common';
import { type EntityManager, LessThanOrEqual, IsNull } from 'typeorm';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { WaitingLine } from '../sale/waiting-line.entity.js';
import { SaleCancellationService } from './sale-cancellation.service.js';
import { SaleFilling } from './sale-filling.js';
import { WaitlistService } from './waitlist.service.js';

/** The most of each kind that one call finds. The next call finds the rest. */
const MOST = 100;

/** What one call did. */
export interface Upkeep {
  expired: number;
  /** SKUs whose waitlist was served with units that nobody had given out. */
  served: number;
  /** Sales that had all of their units. */
  filled: number;
  /** What still waits. */
  waiting: { lines: number; units: number };
}

/** Does for the waitlist what time brings with it, and what another process left undone. */
@Injectable()
export class WaitlistUpkeepService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly waitlist: WaitlistService,
    private readonly filling: SaleFilling,
    private readonly cancellation: SaleCancellationService,
  ) {}

  async run(): Promise<Upkeep> {
    return {
      expired: await this.expire(),
      served: await this.serve(),
      filled: await this.fill(),
      waiting: await this.waiting(),
    };
  }

  private async expire(): Promise<number> {
    const over = await this.database.read(async (manager) =>
      manager.find(WaitingLine, {
        where: { outcome: IsNull(), waitUntil: LessThanOrEqual(await this.clock.now(manager)) },
        order: { waitUntil: 'ASC', saleId: 'ASC' },
        take: MOST,
      }),
    );
    let expired = 0;
    for (const saleId of new Set(over.map((line) => line.saleId))) {
      if (await this.cancellation.expire(saleId)) expired += 1;
    }
    return expired;
  }

  /** A version that knows no waitlist adds goods to the stock, and leaves them to whoever comes next. */
  private async serve(): Promise<number> {
    const found = await this.database.read((manager) =>
      manager.query<{ sku: string }[]>(
        `SELECT sku FROM stock_level WHERE (waiting > 0 AND on_hand > reserved) OR (reserved > 0 AND on_hand < reserved)
          ORDER BY sku LIMIT ${MOST}`,
      ),
    );
    for (const { sku } of found) await this.underLock([sku], async () => undefined);
    return found.length;
  }

  /** Sales of several SKUs that joined while their last goods came: see {@link SaleFilling.fillComplete}. */
  private async fill(): Promise<number> {
    const found = await this.database.read((manager) =>
      manager.query<{ id: string }[]>(
        `SELECT sale_id AS id FROM waiting_line WHERE outcome IS NULL AND sale_skus > 1
          GROUP BY sale_id HAVING SUM(quantity - reserved) = 0 ORDER BY sale_id LIMIT ${MOST}`,
      ),
    );
    for (const { id } of found) {
      const lines = await this.database.read((manager) => manager.findBy(WaitingLine, { saleId: id }));
      await this.underLock(
        lines.map(({ sku }) => sku),
        (manager, levels, at) => this.filling.fillComplete(manager, [id], levels, at),
      );
    }
    return found.length;
  }

  private async waiting(): Promise<Upkeep['waiting']> {
    const [sums] = await this.database.read((manager) =>
      manager.query<Record<'lines_' | 'units', string | number>[]>(
        'SELECT COALESCE(SUM(waiting_lines), 0) AS lines_, COALESCE(SUM(waiting), 0) AS units FROM stock_level',
      ),
    );
    return { lines: Number(sums!.lines_), units: Number(sums!.units) };
  }

  private async underLock(
    skus: readonly string[],
    work: (
      manager: EntityManager,
      levels: Awaited<ReturnType<WaitlistService['lock']>>,
      at: Date,
    ) => Promise<void>,
  ): Promise<void> {
    await this.database.write(async (manager) => {
      const levels = await this.waitlist.lock(manager, skus);
      const at = await this.clock.now(manager);
      await work(manager, levels, at);
      await this.waitlist.settle(manager, levels, at);
    });
  }
}

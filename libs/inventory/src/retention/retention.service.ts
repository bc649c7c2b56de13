import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { CustomerDataExpiryService } from '../privacy/customer-data-expiry.service.js';
import { type OldPurchase, type OldRow, type OldRowsQuery } from './old-rows.js';
import { RETENTION_RULES, type RetentionKind } from './retention-rules.js';

/** Rows that one transaction deletes at most: more would hold locks, and the embedded database, for long. */
export const RETENTION_BATCH = 1_000;

/** Deletes rows that are old, by {@link RETENTION_RULES}. */
@Injectable()
export class RetentionService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly customerData: CustomerDataExpiryService,
  ) {}

  /**
   * Deletes the oldest rows of a kind, at most {@link RETENTION_BATCH}, in one transaction. It locks nothing but them, and
   * passes over those that another worker is deleting.
   *
   * @param retentionMs how old they are at least, by {@link Clock}
   * @returns how many: fewer than {@link RETENTION_BATCH} when none is left
   */
  async deleteOldest(kind: RetentionKind, retentionMs: number): Promise<number> {
    return this.database.write(async (manager) => {
      const before = new Date((await this.clock.now(manager)).getTime() - retentionMs);
      let deleted = 0;
      for (const query of await RETENTION_RULES[kind](manager, before)) {
        deleted += await this.deleteFound(manager, query.limit(RETENTION_BATCH - deleted));
      }
      return deleted;
    });
  }

  /** See {@link CustomerDataExpiryService.eraseOldest}: an update, since the sales stay. */
  async eraseCustomerData(retentionMs: number): Promise<{ erased: number; hasMore: boolean }> {
    return this.customerData.eraseOldest(retentionMs);
  }

  private async deleteFound(manager: EntityManager, query: OldRowsQuery): Promise<number> {
    const rows = await this.database
      .forUpdate(query, { skipLocked: true })
      .getRawMany<OldRow | OldPurchase>();
    if (rows.length === 0) return 0;
    const { tableName } = query.expressionMap.mainAlias!.metadata;
    const purchases = rows.filter((row) => 'sku' in row);
    if (purchases.length > 0) return this.deletePurchases(manager, tableName, purchases);
    // Without the hint MySQL reads all rows of a small table, and waits for those that others have locked.
    await manager.query(
      `DELETE /*+ INDEX(${tableName} PRIMARY) */ FROM ${tableName} WHERE id IN (${rows.map(() => '?').join()})`,
      rows.map(({ id }) => id),
    );
    return rows.length;
  }

  private async deletePurchases(
    manager: EntityManager,
    tableName: string,
    purchases: readonly OldPurchase[],
  ): Promise<number> {
    for (const [sku, ofSku] of Map.groupBy(purchases, (purchase) => purchase.sku)) {
      await manager.query(
        `DELETE /*+ INDEX(${tableName} PRIMARY) */ FROM ${tableName}
          WHERE sku = ? AND customer_key IN (${ofSku.map(() => '?').join()})`,
        [sku, ...ofSku.map(({ id }) => id)],
      );
    }
    return purchases.length;
  }
}

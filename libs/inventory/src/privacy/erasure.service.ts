import { Injectable } from '@nestjs/common';
import { type EntityManager, In, type ObjectLiteral } from 'typeorm';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { customerKey } from '../sale/customer-key.js';
import { Sale } from '../sale/sale.entity.js';
import { CustomerAddress } from './customer-address.js';
import {
  ERASABLE_TABLES,
  type ErasableRow,
  type ErasableTable,
  type ErasableTableName,
} from './erasable-tables.js';
import { erasePurchases, eraseSaleAddresses, writtenAddresses } from './sale-addresses.js';

/** Rows that one transaction reads at most. */
const BATCH = 1_000;

/** Rows that had the address, by table. */
export type ErasureCounts = Record<'sales' | 'webhookDeliveries' | 'purchases' | ErasableTableName, number>;

/**
 * Erases the e-mail address of a buyer everywhere. What was sold, when and for how much stays as it is. The limits for each
 * customer begin anew for the buyer: what was counted cannot be kept without a key of the person.
 */
@Injectable()
export class ErasureService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Erases in transactions of a thousand rows each. It may be repeated, and must be when it fails: what is erased stays
   * erased. An address that is nowhere is no error.
   *
   * @param isDryRun only counts
   * @throws InventoryError `DATABASE.UNAVAILABLE`
   */
  async forget(email: string, isDryRun = false): Promise<ErasureCounts> {
    const address = new CustomerAddress(email);
    const sales = await this.forgetSales(address, isDryRun);
    const counts: Partial<ErasureCounts> = { ...sales };
    for (const [name, table] of Object.entries(ERASABLE_TABLES)) {
      counts[name as ErasableTableName] = await this.forgetInTable(table, address, isDryRun);
    }
    return counts as ErasureCounts;
  }

  private async forgetSales(
    address: CustomerAddress,
    isDryRun: boolean,
  ): Promise<Pick<ErasureCounts, 'sales' | 'webhookDeliveries' | 'purchases'>> {
    const counts = { sales: 0, webhookDeliveries: 0, purchases: 0 };
    const keys = new Set(address.spellings.map((customerEmail) => customerKey({ customerEmail })!));
    counts.purchases += await this.database.write((manager) => erasePurchases(manager, [...keys], isDryRun));
    const written = await this.database.read((manager) => writtenAddresses(manager, address));
    for (const customerEmail of written) {
      for (let after = '', found = BATCH; found === BATCH;) {
        const batch = await this.database.write(async (manager) => {
          const query = manager
            .createQueryBuilder(Sale, 'sale')
            .where('sale.customerEmail = :customerEmail AND sale.id > :after', { customerEmail, after })
            .orderBy('sale.id')
            .limit(BATCH);
          const sales = await (isDryRun ? query : this.database.forUpdate(query)).getMany();
          const added = [...new Set(sales.map((sale) => sale.customerKey))].filter((key) => key !== null);
          const unseen = added.filter((key) => !keys.has(key));
          const purchases = await erasePurchases(manager, unseen, isDryRun);
          return { sales, unseen, purchases, ...(await eraseSaleAddresses(manager, sales, isDryRun)) };
        });
        for (const key of batch.unseen) keys.add(key);
        counts.purchases += batch.purchases;
        found = batch.sales.length;
        after = batch.sales.at(-1)?.id ?? after;
        counts.sales += found;
        counts.webhookDeliveries += batch.deliveries;
      }
    }
    return counts;
  }

  private async forgetInTable(
    table: ErasableTable,
    address: CustomerAddress,
    isDryRun: boolean,
  ): Promise<number> {
    let count = 0;
    for (let after: string | undefined = ''; after !== undefined;) {
      const part = await this.database.read((manager) => candidates(manager, table, address, after!));
      if (part.ids.length > 0) {
        count += await this.database.write((manager) =>
          this.eraseRows(manager, table, address, part.ids, isDryRun),
        );
      }
      after = part.last;
    }
    return count;
  }

  private async eraseRows(
    manager: EntityManager,
    { entity, columns, changesWith }: ErasableTable,
    address: CustomerAddress,
    ids: readonly string[],
    isDryRun: boolean,
  ): Promise<number> {
    const query = manager.createQueryBuilder(entity, 'row_').where({ id: In(ids) });
    const rows = await (isDryRun ? query : this.database.forUpdate(query)).getMany();
    const now = await this.clock.now(manager);
    let count = 0;
    for (const row of rows) {
      const changes = erasedColumns(row, columns, address);
      if (Object.keys(changes).length === 0) continue;
      count += 1;
      if (isDryRun) continue;
      await manager.update(entity, { id: row.id }, { ...changes, ...changesWith?.(row, now) });
    }
    return count;
  }
}

/**
 * The next thousand ids, and which of their rows may have the address: the database looks for something like it, so that few
 * rows are sent here.
 */
async function candidates(
  manager: EntityManager,
  { entity, columns, only = 'TRUE' }: ErasableTable,
  address: CustomerAddress,
  after: string,
): Promise<{ ids: string[]; last: string | undefined }> {
  const { tableName, columns: known } = manager.connection.getMetadata(entity);
  const [last] = await manager.query<{ id: string }[]>(
    `SELECT id FROM ${tableName} WHERE id > ? ORDER BY id LIMIT 1 OFFSET ${BATCH - 1}`,
    [after],
  );
  const { patterns } = address;
  const likes = known
    .filter(({ propertyName }) => propertyName in columns)
    .flatMap(({ databaseName }) => patterns.map(() => `LOWER(CAST(${databaseName} AS CHAR)) LIKE ?`));
  const values = Array.from({ length: likes.length / patterns.length }, () => patterns).flat();
  const rows = await manager.query<{ id: string }[]>(
    `SELECT id FROM ${tableName} WHERE id > ? ${last ? 'AND id <= ?' : ''} AND ${only} AND (${likes.join(' OR ')})`,
    [after, ...(last ? [last.id] : []), ...values],
  );
  return { ids: rows.map(({ id }) => id), last: last?.id };
}

function erasedColumns(
  row: ErasableRow,
  columns: ErasableTable['columns'],
  address: CustomerAddress,
): ObjectLiteral {
  const erase = {
    text: (value: unknown) => address.erasedFromText(value as string),
    json: (value: unknown) => address.erasedFromJson(value),
    jsonText: (value: unknown) => address.erasedFromJsonText(value as string),
  };
  const changed = Object.entries(columns).flatMap(([name, kind]) => {
    const value: unknown = row[name];
    const erased = value === null ? null : erase[kind](value);
    return erased === value ? [] : [[name, erased]];
  });
  return Object.fromEntries(changed) as ObjectLiteral;
}

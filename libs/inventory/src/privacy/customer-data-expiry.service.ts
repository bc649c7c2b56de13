import { Injectable } from '@nestjs/common';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { idAt } from '../database/id-time.js';
import { Sale } from '../sale/sale.entity.js';
import { CUSTOMER_DATA_EXPIRY_ID, CustomerDataExpiry } from './customer-data-expiry.entity.js';
import { eraseSaleAddresses } from './sale-addresses.js';

/** Sales that one transaction looks at. */
const BATCH = 1_000;

/** Erases the addresses of old sales. */
@Injectable()
export class CustomerDataExpiryService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Goes on from the last sale that was looked at, in the order of ids, which is that of time. One transaction, which locks old
   * sales alone. Workers that do it at the same time wait for each other.
   *
   * A sale whose id says an older time than it was sold at (its process had a wrong clock) holds up those behind it until it is
   * old as well: with the setting as its least, a clock must be wrong by a month to matter.
   *
   * @param retentionMs how old they are at least, by {@link Clock}
   * @returns addresses that were erased, and whether there may be more
   */
  async eraseOldest(retentionMs: number): Promise<{ erased: number; hasMore: boolean }> {
    return this.database.write(async (manager) => {
      const before = new Date((await this.clock.now(manager)).getTime() - retentionMs);
      const mark = await this.database
        .forUpdate(
          manager.createQueryBuilder(CustomerDataExpiry, 'mark').where({ id: CUSTOMER_DATA_EXPIRY_ID }),
        )
        .getOne();
      const sales = await manager
        .createQueryBuilder(Sale, 'sale')
        .select(['sale.id', 'sale.customerEmail', 'sale.createdAt'])
        .where('sale.id > :after AND sale.id < :until', {
          after: mark?.saleId ?? '',
          until: idAt(before.getTime()),
        })
        .orderBy('sale.id')
        .limit(BATCH)
        .getMany();
      const young = sales.findIndex(({ createdAt }) => createdAt >= before);
      const old = young < 0 ? sales : sales.slice(0, young);
      if (old.length === 0) return { erased: 0, hasMore: false };
      await eraseSaleAddresses(manager, old);
      await manager.upsert(CustomerDataExpiry, { id: CUSTOMER_DATA_EXPIRY_ID, saleId: old.at(-1)!.id }, [
        'id',
      ]);
      const erased = old.filter(({ customerEmail }) => customerEmail !== null).length;
      return { erased, hasMore: old.length === BATCH };
    });
  }
}

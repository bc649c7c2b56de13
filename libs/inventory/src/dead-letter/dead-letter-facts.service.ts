import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { storedTime } from '../database/rows.js';
import { Product } from '../product/product.entity.js';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { StockLevel } from '../stock/stock-level.entity.js';
import { DeadLetter, type DeadLetterStatus } from './dead-letter.entity.js';

/** What a message is about, as far as it says, and as far as that is there. */
export interface DeadLetterSubject {
  restockOrderId: string | null;
  sku: string | null;
  productName: string | null;
  factoryId: string | null;
  /** Units that buyers asked for in vain since the last restock order of the product. */
  refusedUnits: number | null;
}

/** Dead letters of one queue and cause. */
export interface DeadLetterGroup {
  queue: string;
  causeCode: string;
  letters: number;
  firstOpenedAt: Date;
  lastOpenedAt: Date;
  /** Of the last hour: more come as long as it is not 0. */
  lettersInLastHour: number;
}

const HOUR_MS = 3_600_000;

/** Tells operators what dead letters are about, and which belong together. */
@Injectable()
export class DeadLetterFactsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * One for each of `letters`, in their order. Three queries, however many there are.
   *
   * @param within the caller's transaction
   */
  async subjectsOf(letters: readonly DeadLetter[], within?: EntityManager): Promise<DeadLetterSubject[]> {
    const named = letters.map(({ body }) => namesIn(body));
    return this.database.read(async (manager) => {
      const orders = await byKey(
        manager,
        RestockOrder,
        'id',
        named.map(({ restockOrderId }) => restockOrderId),
      );
      const skus = named.map(({ restockOrderId, sku }) => orders.get(restockOrderId ?? '')?.sku ?? sku);
      const products = await byKey(manager, Product, 'sku', skus);
      const levels = await byKey(manager, StockLevel, 'sku', skus);
      return named.map(({ restockOrderId, factoryId }, index) => {
        const sku = skus[index] ?? null;
        const order = orders.get(restockOrderId ?? '');
        const product = products.get(sku ?? '');
        return {
          restockOrderId,
          sku,
          productName: product?.name ?? null,
          factoryId: order?.factoryId ?? factoryId ?? product?.factoryId ?? null,
          refusedUnits: levels.get(sku ?? '')?.refusedDemand ?? null,
        };
      });
    }, within);
  }

  /** The groups of the letters in a state, the one with the newest letter first. */
  async groups(status: DeadLetterStatus): Promise<DeadLetterGroup[]> {
    return this.database.read(async (manager) => {
      const since = new Date((await this.clock.now(manager)).getTime() - HOUR_MS);
      const rows = await manager
        .createQueryBuilder(DeadLetter, 'letter')
        .select('letter.queue', 'queue')
        .addSelect('letter.causeCode', 'causeCode')
        .addSelect('COUNT(*)', 'letters')
        .addSelect('MIN(letter.openedAt)', 'firstOpenedAt')
        .addSelect('MAX(letter.openedAt)', 'lastOpenedAt')
        .addSelect('SUM(CASE WHEN letter.openedAt >= :since THEN 1 ELSE 0 END)', 'lettersInLastHour')
        .where({ status })
        .setParameter('since', since)
        .groupBy('letter.queue')
        .addGroupBy('letter.causeCode')
        .orderBy('MAX(letter.openedAt)', 'DESC')
        .getRawMany<Record<keyof DeadLetterGroup, string>>();
      return rows.map((row) => ({
        queue: row.queue,
        causeCode: row.causeCode,
        letters: Number(row.letters),
        firstOpenedAt: storedTime(row.firstOpenedAt),
        lastOpenedAt: storedTime(row.lastOpenedAt),
        lettersInLastHour: Number(row.lettersInLastHour),
      }));
    });
  }
}

type Names = Record<'restockOrderId' | 'sku' | 'factoryId', string | null>;

/** A message names these at its top, or among the facts of a mail. It may also be no JSON at all. */
function namesIn(body: string): Names {
  const message = objectIn(body);
  const facts = (message.facts ?? {}) as Record<string, unknown>;
  const text = (name: keyof Names) => {
    const value = message[name] ?? facts[name];
    return typeof value === 'string' ? value : null;
  };
  return { restockOrderId: text('restockOrderId'), sku: text('sku'), factoryId: text('factoryId') };
}

function objectIn(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

async function byKey<Row extends RestockOrder | Product | StockLevel>(
  manager: EntityManager,
  entity: new () => Row,
  key: keyof Row & string,
  values: readonly (string | null)[],
): Promise<Map<string, Row>> {
  const wanted = [...new Set(values.filter((value) => value !== null))];
  if (wanted.length === 0) return new Map();
  const found = await manager.findBy(entity, { [key]: In(wanted) } as never);
  return new Map(found.map((row) => [row[key] as string, row]));
}

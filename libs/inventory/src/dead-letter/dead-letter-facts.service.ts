import { Injectable } from '@nestjs/common';
import { type EntityManager, In, MoreThan } from 'typeorm';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { storedTime } from '../database/rows.js';
import { Product } from '../product/product.entity.js';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { StockLevel } from '../stock/stock-level.entity.js';
import { DeadLetter } from './dead-letter.entity.js';
import { type DeadLetterFilter, whereOf } from './dead-letter-filter.js';
import { DeadLetterMute } from './dead-letter-mute.entity.js';
import { namesIn } from './dead-letter-subject.js';

/** What a message is about, as far as it says, and as far as that is there. */
export interface DeadLetterSubject {
  restockOrderId: string | null;
  sku: string | null;
  productName: string | null;
  factoryId: string | null;
  /** Units that buyers asked for in vain since the last restock order of the product. */
  refusedUnits: number | null;
}

/** A product that letters of a group are about. */
export interface DeadLetterGroupProduct {
  sku: string;
  productName: string | null;
  letters: number;
  refusedUnits: number | null;
}

/** Dead letters of one queue and cause. */
export interface DeadLetterGroup {
  queue: string;
  causeCode: string;
  letters: number;
  /** Messages of these letters. */
  copies: number;
  firstOpenedAt: Date;
  lastOpenedAt: Date;
  /** Of the last hour: more come as long as it is not 0. */
  lettersInLastHour: number;
  restockOrders: number;
  /** The ones with the most letters, at most {@link MAX_PRODUCTS}. */
  products: DeadLetterGroupProduct[];
  /** Distinct ones. */
  skus: number;
  /** Units of all these products that buyers asked for in vain. */
  refusedUnits: number;
  /** No mail tells of further letters until then. */
  mutedUntil: Date | null;
}

const HOUR_MS = 3_600_000;

const MAX_PRODUCTS = 5;

type GroupRow = Record<
  'queue' | 'causeCode' | 'letters' | 'copies' | 'first' | 'last' | 'inLastHour' | 'restockOrders',
  string
>;

type ProductRow = Record<'queue' | 'causeCode' | 'sku' | 'letters', string>;

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
    const named = letters.map(subjectNames);
    return this.database.read(async (manager) => {
      const orderIds = named.map(({ restockOrderId }) => restockOrderId);
      const orders = await byKey(manager, RestockOrder, 'id', orderIds);
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

  /** The groups of the letters that match, the one with the newest letter first. */
  async groups(filter: DeadLetterFilter): Promise<DeadLetterGroup[]> {
    return this.database.read(async (manager) => {
      const now = await this.clock.now(manager);
      const rows = await groupRows(manager, filter, new Date(now.getTime() - HOUR_MS));
      const products = await productsByGroup(manager, filter);
      const mutes = await manager.findBy(DeadLetterMute, { mutedUntil: MoreThan(now) });
      const mutedUntil = new Map(mutes.map((mute) => [keyOf(mute), mute.mutedUntil]));
      return rows.map((row) => {
        const ofGroup = products.get(keyOf(row)) ?? [];
        return {
          queue: row.queue,
          causeCode: row.causeCode,
          letters: Number(row.letters),
          copies: Number(row.copies),
          firstOpenedAt: storedTime(row.first),
          lastOpenedAt: storedTime(row.last),
          lettersInLastHour: Number(row.inLastHour),
          restockOrders: Number(row.restockOrders),
          products: ofGroup.slice(0, MAX_PRODUCTS),
          skus: ofGroup.length,
          refusedUnits: ofGroup.reduce((sum, { refusedUnits }) => sum + (refusedUnits ?? 0), 0),
          mutedUntil: mutedUntil.get(keyOf(row)) ?? null,
        };
      });
    });
  }
}

/** A letter of a worker that has not named them says them in its body. */
function subjectNames({ body, restockOrderId, sku, factoryId }: DeadLetter) {
  const named = namesIn(body);
  return {
    restockOrderId: restockOrderId ?? named.restockOrderId,
    sku: sku ?? named.sku,
    factoryId: factoryId ?? named.factoryId,
  };
}

function keyOf({ queue, causeCode }: { queue: string; causeCode: string }): string {
  return `${queue} ${causeCode}`;
}

async function groupRows(
  manager: EntityManager,
  filter: DeadLetterFilter,
  anHourAgo: Date,
): Promise<GroupRow[]> {
  return manager
    .createQueryBuilder(DeadLetter, 'letter')
    .select('letter.queue', 'queue')
    .addSelect('letter.causeCode', 'causeCode')
    .addSelect('COUNT(*)', 'letters')
    .addSelect('SUM(letter.copies)', 'copies')
    .addSelect('MIN(letter.openedAt)', 'first')
    .addSelect('MAX(letter.openedAt)', 'last')
    .addSelect('SUM(CASE WHEN letter.openedAt >= :anHourAgo THEN 1 ELSE 0 END)', 'inLastHour')
    .addSelect('COUNT(DISTINCT letter.restockOrderId)', 'restockOrders')
    .where(whereOf(filter))
    .setParameter('anHourAgo', anHourAgo)
    .groupBy('letter.queue')
    .addGroupBy('letter.causeCode')
    .orderBy('MAX(letter.openedAt)', 'DESC')
    .getRawMany<GroupRow>();
}

/** The products of each group, the one with the most letters first. */
async function productsByGroup(
  manager: EntityManager,
  filter: DeadLetterFilter,
): Promise<Map<string, DeadLetterGroupProduct[]>> {
  const rows = await manager
    .createQueryBuilder(DeadLetter, 'letter')
    .select('letter.queue', 'queue')
    .addSelect('letter.causeCode', 'causeCode')
    .addSelect('letter.sku', 'sku')
    .addSelect('COUNT(*)', 'letters')
    .where(whereOf(filter))
    .andWhere('letter.sku IS NOT NULL')
    .groupBy('letter.queue')
    .addGroupBy('letter.causeCode')
    .addGroupBy('letter.sku')
    .orderBy('COUNT(*)', 'DESC')
    .addOrderBy('letter.sku')
    .getRawMany<ProductRow>();
  const skus = rows.map(({ sku }) => sku);
  const products = await byKey(manager, Product, 'sku', skus);
  const levels = await byKey(manager, StockLevel, 'sku', skus);
  const grouped = new Map<string, DeadLetterGroupProduct[]>();
  for (const row of rows) {
    const ofGroup = grouped.get(keyOf(row)) ?? [];
    grouped.set(keyOf(row), ofGroup);
    ofGroup.push({
      sku: row.sku,
      productName: products.get(row.sku)?.name ?? null,
      letters: Number(row.letters),
      refusedUnits: levels.get(row.sku)?.refusedDemand ?? null,
    });
  }
  return grouped;
}

/** Values that one statement may name: SQLite takes 32,766. */
const MAX_VALUES = 10_000;

async function byKey<Row extends RestockOrder | Product | StockLevel>(
  manager: EntityManager,
  entity: new () => Row,
  key: keyof Row & string,
  values: readonly (string | null)[],
): Promise<Map<string, Row>> {
  const wanted = [...new Set(values.filter((value) => value !== null))];
  const rows = new Map<string, Row>();
  for (let from = 0; from < wanted.length; from += MAX_VALUES) {
    const part = wanted.slice(from, from + MAX_VALUES);
    for (const row of await manager.findBy(entity, { [key]: In(part) } as never)) {
      rows.set(row[key] as string, row);
    }
  }
  return rows;
}

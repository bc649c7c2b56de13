import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { Factory } from '../product/factory.entity.js';
import { ProductService, type ProductWithStock } from '../product/product.service.js';
import { remainingRange } from './arrival-range.js';
import { soldPerDay } from './demand-history.js';
import { observedLeadTimes } from './lead-time.js';
import { promisedQuantiles, quantileOf } from './lead-time-quantiles.js';
import { RestockOrder } from './restock-order.entity.js';
import {
  dailyDemand,
  demandStatistics,
  leadTimeStatistics,
  restockSuggestion,
  SERVICE_LEVEL,
  type SuggestedFigure,
} from './restock-suggestion.js';

export interface RestockSuggestion {
  sku: string;
  /** The time for which it holds. */
  at: Date;
  /** The share of replenishment cycles without a stock-out that it aims at. */
  serviceLevel: number;
  figures: SuggestedFigure[];
}

const DAY_SECONDS = 24 * 3_600;
const DAY_MS = DAY_SECONDS * 1_000;

/** Suggests a rule for the replenishment of a product, and explains it. The rule that is set decides: nothing is changed. */
@Injectable()
export class RestockSuggestionService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly products: ProductService,
  ) {}

  /** @throws InventoryError `SKU.UNKNOWN` */
  async of(sku: string): Promise<RestockSuggestion> {
    return this.database.read(async (manager) => {
      const found = await this.products.get(sku, manager);
      const at = await this.clock.now(manager);
      return {
        ...{ sku, at, serviceLevel: SERVICE_LEVEL },
        figures: restockSuggestion(await inputsOf(manager, found, at)),
      };
    });
  }
}

async function inputsOf(manager: EntityManager, { product, level }: ProductWithStock, now: Date) {
  const { sku } = product;
  const openOrder = await manager.findOneBy(RestockOrder, { openSku: sku });
  const lastOrder = await manager.findOne(RestockOrder, { where: { sku }, order: { requestedAt: 'DESC' } });
  const factory = await manager.findOneByOrFail(Factory, { id: openOrder?.factoryId ?? product.factoryId });
  const quantiles = factory.leadTimeQuantiles ?? promisedQuantiles(factory);
  const leadTime = leadTimeStatistics(
    (await observedLeadTimes(manager, factory.id)).map((seconds) => seconds / DAY_SECONDS),
    { p50: quantileOf(quantiles, 0.5) / DAY_SECONDS, p90: quantileOf(quantiles, 0.9) / DAY_SECONDS },
  );
  const range = openOrder && remainingRange(openOrder, factory, now);
  const isDue = range && (range.from.getTime() - now.getTime()) / DAY_MS <= leadTime.p90;
  const sold = await soldPerDay(manager, sku, now);
  const daysRefused = lastOrder ? (now.getTime() - lastOrder.requestedAt.getTime()) / DAY_MS : sold.length;
  return {
    demand: demandStatistics(dailyDemand(sold.length > 0 ? sold : [0], level.refusedDemand, daysRefused)),
    leadTime,
    stock: {
      onHand: level.onHand,
      due: isDue ? openOrder.quantity - openOrder.receivedQuantity : 0,
      waiting: level.reserved + level.waiting,
    },
    product,
  };
}

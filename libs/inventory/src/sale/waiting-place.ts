import { type EntityManager, In } from 'typeorm';
import { Factory } from '../product/factory.entity.js';
import { Product } from '../product/product.entity.js';
import { type ArrivalRange } from '../restock/arrival-range.js';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { saleArrival, type Supply, type WaitingLinePlace } from './waiting-arrival.js';
import { type WaitingLine } from './waiting-line.entity.js';

/** The place of a waiting sale in the waitlists of its SKUs. */
export interface WaitingPlace {
  /** 1 for the sale whose units come next; of several SKUs, the place in the longest waitlist. */
  position: number;
  /** When it expires. */
  waitUntil: Date;
  /** When its goods are there; null when that is unknown. */
  arrival: ArrivalRange | null;
  /** In SKU order. */
  lines: WaitingLinePlace[];
}

/** The places of waiting sales, by their ids. @param open all of their lines. @param now by any clock */
export async function placesOf(
  manager: EntityManager,
  open: readonly WaitingLine[],
  now: Date,
): Promise<Map<string, WaitingPlace>> {
  const places = new Map<string, WaitingPlace>();
  if (open.length === 0) return places;
  const supplies = await suppliesOf(manager, [...new Set(open.map(({ sku }) => sku))]);
  for (const [saleId, own] of Map.groupBy(open, (line) => line.saleId)) {
    const lines: WaitingLinePlace[] = [];
    for (const line of own) lines.push(await placeOf(manager, line));
    const arrival = saleArrival(lines, supplies, now);
    places.set(saleId, { ...waitingPlace(own[0]!.waitUntil, lines), arrival });
  }
  return places;
}

/** The place of a sale, without its {@link saleArrival}. */
export function waitingPlace(waitUntil: Date, lines: WaitingLinePlace[]): WaitingPlace {
  const position = Math.max(1, ...lines.map((line) => line.position ?? 1));
  return { position, waitUntil, arrival: null, lines };
}

async function suppliesOf(manager: EntityManager, skus: readonly string[]): Promise<Map<string, Supply>> {
  const products = await manager.findBy(Product, { sku: In(skus) });
  const orders = await manager.findBy(RestockOrder, { openSku: In(skus) });
  const orderOf = new Map(orders.map((order) => [order.openSku!, order]));
  const factoryIds = [...products, ...orders].map(({ factoryId }) => factoryId);
  const factories = await manager.findBy(Factory, { id: In([...new Set(factoryIds)]) });
  const factoryOf = new Map(factories.map((factory) => [factory.id, factory]));
  return new Map(
    products.map((product) => {
      const openOrder = orderOf.get(product.sku) ?? null;
      const factory = factoryOf.get((openOrder ?? product).factoryId)!;
      return [product.sku, { product, openOrder, factory }];
    }),
  );
}

async function placeOf(
  manager: EntityManager,
  { sku, ticket, quantity, reserved }: WaitingLine,
): Promise<WaitingLinePlace> {
  if (reserved === quantity) return { sku, reservedQuantity: reserved, position: null, missingUnits: 0 };
  const [ahead] = await manager.query<Record<'position' | 'units', string | number>[]>(
    `SELECT COUNT(*) AS position, SUM(quantity - reserved) AS units FROM waiting_line
      WHERE sku = ? AND outcome IS NULL AND ticket <= ? AND reserved < quantity`,
    [sku, ticket],
  );
  return {
    sku,
    reservedQuantity: reserved,
    position: Number(ahead!.position),
    missingUnits: Number(ahead!.units),
  };
}

import { type EntityManager, In } from 'typeorm';
import { SaleLine } from './sale-line.entity.js';
import { type ShownSale } from './sale-request.js';
import { type Sale } from './sale.entity.js';
import { storedSales } from './stored-sales.js';
import { WaitingLine } from './waiting-line.entity.js';
import { placesOf } from './waiting-place.js';

/** `sales` with their lines, and with their place in the waitlist where they wait. @param now by any clock: an estimate decides nothing */
export async function readSales(
  manager: EntityManager,
  sales: readonly Sale[],
  now: Date,
): Promise<ShownSale[]> {
  if (sales.length === 0) return [];
  const lines = await manager.find(SaleLine, {
    where: { saleId: In(sales.map(({ id }) => id)) },
    order: { sku: 'ASC' },
  });
  const mayHaveWaited = sales.filter(({ status, changedAt }) => status !== 'CONFIRMED' || changedAt !== null);
  const waitingLines =
    mayHaveWaited.length === 0
      ? []
      : await manager.find(WaitingLine, {
          where: { saleId: In(mayHaveWaited.map(({ id }) => id)) },
          order: { sku: 'ASC' },
        });
  const places = await placesOf(
    manager,
    waitingLines.filter(({ outcome }) => outcome === null),
    now,
  );
  return storedSales(sales, lines, waitingLines).map(({ sale }) => {
    const place = places.get(sale.id);
    return place ? { ...sale, waiting: place } : sale;
  });
}

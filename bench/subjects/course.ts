import { type Database, type SaleOutcome } from '#inventory';
import { draftOf, newSale, shortage } from './sale-rows.js';
import { PRICE_KRW } from '../warehouse/stock.js';
import { type SellFunction } from './subject.js';

/**
 * The solution that the course behind this scenario hands out, written anew from its description: read the stock,
 * then set it to what was read less what is bought. No transaction, no lock, no key, no record of the sale. It
 * oversells on every race, and is here to show by how much. Two things are better than there: values are bound, not
 * pasted into the SQL, and connections come from a pool, where a connection a request was slower and ended at the
 * server's limit. And the message that it sends to the factory for every refused buyer is left out.
 */
export function course(database: Database): SellFunction {
  return async (request): Promise<SaleOutcome> => {
    const draft = draftOf(request);
    for (const [sku, quantity] of draft.quantities) {
      // Statements of their own, as there: between the two anybody may buy.
      const [level] = await database.read((manager) =>
        manager.query<{ on_hand: number }[]>('SELECT on_hand FROM stock_level WHERE sku = ?', [sku]),
      );
      const { on_hand: onHand } = level!;
      if (onHand < quantity) {
        const refused = await database.read((manager) => shortage(manager, sku, quantity, onHand));
        return { kind: 'REFUSED', shortages: [refused] };
      }
      await database.read((manager) =>
        manager.query('UPDATE stock_level SET on_hand = ? WHERE sku = ?', [onHand - quantity, sku]),
      );
    }
    const prices = new Map(draft.quantities.map(([sku]) => [sku, PRICE_KRW]));
    return newSale(draft, prices);
  };
}

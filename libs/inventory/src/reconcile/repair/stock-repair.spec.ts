import { describe, expect, it } from '@jest/globals';
import { type StockFacts, stockMovements } from './stock-repair.js';

const UNITS = [-3, -1, 0, 1, 2, 5];

/** Every combination of a stock, movements, and what sales and goods receipts say beside them. */
function* books(): Generator<StockFacts> {
  for (const onHand of UNITS) {
    for (const moved of UNITS) {
      for (const [soldMoved, receivedMoved] of [
        [0, 0],
        [2, 1],
      ] as const) {
        for (const sold of [0, 2, 7]) {
          for (const receipts of [0, 1, 6]) {
            yield { sku: 'CP-1', onHand, moved, sold, soldMoved, receipts, receivedMoved };
          }
        }
      }
    }
  }
}

/** The books after the movements. The stock is given by each step. */
function carriedOut(before: StockFacts): { after: StockFacts; stock: number[] } {
  const after = { ...before };
  const stock = [before.onHand];
  for (const { delta, corrects, movesStock } of stockMovements(before)) {
    after.moved += delta;
    if (movesStock) after.onHand += delta;
    if (corrects === 'SALE') after.soldMoved -= delta;
    if (corrects === 'GOODS_RECEIPT') after.receivedMoved += delta;
    stock.push(after.onHand);
  }
  return { after, stock };
}

describe('the movements of a repair', () => {
  const all = [...books()];

  it.each(['the stock', 'the sales', 'the goods receipts'])('make the ledger agree with %s', (fact) => {
    for (const before of all) {
      const { onHand, moved, sold, soldMoved, receipts, receivedMoved } = carriedOut(before).after;
      const [is, shouldBe] = {
        'the stock': [moved, onHand],
        'the sales': [soldMoved, sold],
        'the goods receipts': [receivedMoved, receipts],
      }[fact]!;
      expect({ before, value: is }).toEqual({ before, value: shouldBe });
    }
  });

  it('never raise what can be bought, and never let it be below zero in between', () => {
    for (const before of all) {
      const { after, stock } = carriedOut(before);
      expect({ before, isRaised: after.onHand > Math.max(0, before.onHand) }).toEqual({
        before,
        isRaised: false,
      });
      const lowest = Math.min(...stock.slice(1));
      expect({ before, isBelowZero: before.onHand >= 0 && lowest < 0 }).toEqual({
        before,
        isBelowZero: false,
      });
      expect(after.onHand).toBeGreaterThanOrEqual(0);
    }
  });

  it('are none where nothing is wrong, and none a second time', () => {
    for (const before of all) expect(stockMovements(carriedOut(before).after)).toEqual([]);
  });
});

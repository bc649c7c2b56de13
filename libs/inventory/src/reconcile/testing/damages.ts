import { type StockMovement } from '../../stock/stock-movement.entity.js';
import { type Traded } from '../../testing/trade.js';
import { RULE } from '../invariants.js';

/** Delta, the reason that it corrects, and the units on hand after it. */
type Moved = [number, StockMovement['corrects'], number];

export interface Damage {
  damage: string;
  /** Of a SKU of which 10 units were ordered, 6 came and 2 were sold: 4 are on hand and 4 on order. */
  plant: (traded: Traded) => string | string[];
  found: string[];
  /** In the order of `found`. */
  causes: (RegExp | null)[];
  movements: Moved[];
  onHand: number;
  onOrder?: number;
  /** What is left for a person. */
  remaining?: string[];
}

/** What may happen to the books, and what a repair makes of it. */
export const DAMAGES: Damage[] = [
  {
    damage: 'a level that was raised',
    plant: ({ sku }) => `UPDATE stock_level SET on_hand = 7 WHERE sku = '${sku}'`,
    found: [RULE.onHand],
    causes: [/newest movement left 4 on hand: the stock was changed without a movement/],
    movements: [
      [3, null, 7],
      [-3, null, 4],
    ],
    onHand: 4,
  },
  {
    damage: 'a level that was lowered',
    plant: ({ sku }) => `UPDATE stock_level SET on_hand = 1 WHERE sku = '${sku}'`,
    found: [RULE.onHand],
    causes: [/newest movement left 4 on hand: the stock was changed without a movement/],
    movements: [[-3, null, 1]],
    onHand: 1,
  },
  {
    damage: 'a movement of a sale that was deleted',
    plant: ({ saleId }) => `DELETE FROM stock_movement WHERE reference = '${saleId}'`,
    found: [RULE.onHand, RULE.sold],
    causes: [
      /^The movement of posting \S+ \(2 units\) was deleted\.$/,
      /^The movement of posting \S+ \(2 units\)/,
    ],
    movements: [[-2, 'SALE', 4]],
    onHand: 4,
  },
  {
    damage: 'a movement of goods that was deleted',
    plant: ({ receiptId }) => `DELETE FROM stock_movement WHERE reference = '${receiptId}'`,
    found: [RULE.onHand, RULE.received],
    causes: [/^The movement of goods receipt \S+ \(6 units\) was deleted/, /^The movement of goods receipt/],
    movements: [[6, 'GOODS_RECEIPT', 4]],
    onHand: 4,
  },
  {
    damage: 'a movement of a sale that was altered',
    plant: ({ saleId }) => `UPDATE stock_movement SET delta = -5 WHERE reference = '${saleId}'`,
    found: [RULE.onHand, RULE.sold],
    causes: [
      /took 5 units from the stock and has lines of 2 units: its movement was altered/,
      /its movement was altered/,
    ],
    movements: [[3, 'SALE', 4]],
    onHand: 4,
  },
  {
    damage: 'a movement of goods that was altered',
    plant: ({ receiptId }) => `UPDATE stock_movement SET delta = 9 WHERE reference = '${receiptId}'`,
    found: [RULE.onHand, RULE.received],
    causes: [/says 9 units in place of 6 units: it was altered/, /says 9 units in place of 6 units/],
    movements: [[-3, 'GOODS_RECEIPT', 4]],
    onHand: 4,
  },
  {
    damage: 'a movement of goods that became another',
    plant: ({ receiptId }) =>
      `UPDATE stock_movement SET reason = 'ADJUSTMENT' WHERE reference = '${receiptId}'`,
    found: [RULE.received],
    causes: [/^The movement of goods receipt \S+ \(6 units\) was deleted, or has become another\.$/],
    movements: [
      [6, 'GOODS_RECEIPT', 4],
      [-6, null, 4],
    ],
    onHand: 4,
  },
  {
    damage: 'an adjustment that was altered',
    plant: ({ sku }) => `UPDATE stock_movement SET delta = 1 WHERE sku = '${sku}' AND reference = 'counted'`,
    found: [RULE.onHand],
    causes: [/newest movement left 4 on hand, as the stock says: another movement was deleted or altered/],
    movements: [
      [1, null, 4],
      [-1, null, 3],
    ],
    onHand: 3,
  },
  {
    damage: 'a line that was deleted',
    plant: ({ saleId }) => `DELETE FROM sale_line WHERE sale_id = '${saleId}'`,
    found: [RULE.sold, RULE.saleHasLines],
    causes: [
      /took 2 units from the stock and has lines of 0 units: a sale or a line was deleted/,
      /lines were deleted/,
    ],
    movements: [
      [2, 'SALE', 4],
      [-2, null, 4],
    ],
    onHand: 4,
    remaining: [RULE.saleHasLines],
  },
  {
    damage: 'a line whose quantity was raised',
    plant: ({ saleId }) => `UPDATE sale_line SET quantity = 3 WHERE sale_id = '${saleId}'`,
    found: [RULE.sold],
    causes: [/took 2 units from the stock and has lines of 3 units: a sale or a line was altered or added/],
    movements: [[-1, 'SALE', 3]],
    onHand: 3,
  },
  {
    damage: 'a line whose quantity was lowered',
    plant: ({ saleId }) => `UPDATE sale_line SET quantity = 1 WHERE sale_id = '${saleId}'`,
    found: [RULE.sold],
    causes: [/took 2 units from the stock and has lines of 1 unit: a sale or a line was deleted or altered/],
    movements: [
      [1, 'SALE', 4],
      [-1, null, 4],
    ],
    onHand: 4,
  },
  {
    damage: 'a line of more than there ever was',
    plant: ({ saleId }) => `UPDATE sale_line SET quantity = 9 WHERE sale_id = '${saleId}'`,
    found: [RULE.sold],
    causes: [/took 2 units from the stock and has lines of 9 units/],
    movements: [
      [-7, 'SALE', 4],
      [7, null, 4],
      [-4, null, 0],
    ],
    onHand: 0,
  },
  {
    damage: 'a sale that was deleted with its lines',
    plant: ({ saleId }) => [
      `DELETE FROM sale_line WHERE sale_id = '${saleId}'`,
      `DELETE FROM sale WHERE id = '${saleId}'`,
    ],
    found: [RULE.sold],
    causes: [/took 2 units from the stock and has lines of 0 units: a sale or a line was deleted or altered/],
    movements: [
      [2, 'SALE', 4],
      [-2, null, 4],
    ],
    onHand: 4,
  },
  {
    damage: 'a line without its sale',
    plant: ({ saleId }) => `DELETE FROM sale WHERE id = '${saleId}'`,
    found: [RULE.lineHasSale],
    causes: [/sale was deleted/],
    movements: [],
    onHand: 4,
    remaining: [RULE.lineHasSale],
  },
  {
    damage: 'a goods receipt that was deleted',
    plant: ({ receiptId }) => `DELETE FROM goods_receipt WHERE id = '${receiptId}'`,
    found: [RULE.receipts],
    causes: [/^A goods receipt was deleted: the movement of \S+ \(6 units\) is there\.$/],
    movements: [
      [-6, 'GOODS_RECEIPT', 4],
      [6, null, 4],
      [-4, null, 0],
    ],
    onHand: 0,
    onOrder: 10,
  },
  {
    damage: 'a restock order that was deleted',
    plant: ({ order }) => `DELETE FROM restock_order WHERE id = '${order.id}'`,
    found: [RULE.onOrder, RULE.received],
    causes: [/units on order were altered/, /^Goods receipt \S+ \(6 units\), or its order, was deleted/],
    movements: [
      [-6, 'GOODS_RECEIPT', 4],
      [6, null, 4],
      [-4, null, 0],
    ],
    onHand: 0,
    // Of the order that the repair opens, because the stock ran out.
    onOrder: 10,
  },
  {
    damage: 'what an order received',
    plant: ({ order }) => `UPDATE restock_order SET received_quantity = 5 WHERE id = '${order.id}'`,
    found: [RULE.receipts, RULE.onOrder, RULE.received],
    causes: [
      /says that 5 units came, and its goods receipts say 6: the order was altered/,
      /It comes from a restock order/,
      /says that 5 units came, and its goods receipts say 6: the order was altered/,
    ],
    movements: [],
    onHand: 4,
  },
  {
    damage: 'an order that says more came than was ordered',
    plant: ({ order }) => `UPDATE restock_order SET received_quantity = 12 WHERE id = '${order.id}'`,
    found: [RULE.receipts, RULE.notTooMuch, RULE.onOrder, RULE.received],
    causes: [
      /says that 12 units came, and its goods receipts say 6: the order was altered/,
      /./,
      /It comes from a restock order/,
      /says that 12 units came, and its goods receipts say 6: the order was altered/,
    ],
    movements: [],
    onHand: 4,
  },
  {
    damage: 'the units on order',
    plant: ({ sku }) => `UPDATE stock_level SET on_order = 7 WHERE sku = '${sku}'`,
    found: [RULE.onOrder],
    causes: [/units on order were altered, and no order was/],
    movements: [],
    onHand: 4,
  },
  {
    damage: 'the place of the open order',
    plant: ({ order }) =>
      `UPDATE restock_order SET open_sku = 'lost of ${order.sku}' WHERE id = '${order.id}'`,
    found: [RULE.onOrder],
    causes: [/It comes from a restock order/],
    movements: [],
    onHand: 4,
  },
  {
    damage: 'an order that was lowered below what came',
    plant: ({ order }) => `UPDATE restock_order SET quantity = 5 WHERE id = '${order.id}'`,
    found: [RULE.notTooMuch, RULE.onOrder],
    causes: [/goods receipts say 6 units as well/, /units on order were altered/],
    movements: [],
    onHand: 4,
    remaining: [RULE.notTooMuch, RULE.onOrder],
  },
];

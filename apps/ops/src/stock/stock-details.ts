import { getLedger, getProduct, type Ledger, listRestockOrders, type ShownProduct } from '#client';
import { ORDER_COLUMNS, orderRow } from '../orders/order-list.js';
import { type Session } from '../session.js';
import { print, printJson } from '../terminal/output.js';
import { type Field, type Column, fieldsOf, tableOf } from '../terminal/table.js';
import { count, grouped } from '../terminal/units.js';
import { signed, stockState, units } from './stock-text.js';

const SHOWN_ORDERS = 3;

const LEDGER_COLUMNS: readonly Column[] = [
  { title: 'LEDGER' },
  { title: 'MOVEMENTS', align: 'right' },
  { title: 'UNITS', align: 'right' },
];

/** One product: its stock, its rules, its ledger and its last restock orders. */
export async function showStock({ api, json }: Session, sku: string): Promise<void> {
  const path = { sku };
  const product = await api.read((request) => getProduct({ ...request, path }));
  const ledger = await api.read((request) => getLedger({ ...request, path }));
  const query = { sku, limit: SHOWN_ORDERS };
  const orders = await api.read((request) => listRestockOrders({ ...request, query }));
  if (json) return printJson({ product, ledger, restockOrders: orders });
  print(await fieldsOf(fieldsOfProduct(product)));
  print('', await tableOf(LEDGER_COLUMNS, ledgerRows(ledger)));
  print(soldText(ledger));
  if (orders.items.length > 0)
    print('', 'Last restock orders', await tableOf(ORDER_COLUMNS, orders.items.map(orderRow)));
}

function fieldsOfProduct(product: ShownProduct): Field[] {
  const { sku, name, stock, priceKrw, factoryId, reorderPoint, targetLevel, lotSize, maxPerSale } = product;
  return [
    ['SKU', sku],
    ['Product', name],
    ['Stock', stockState(product)],
    ['On hand', units(stock.onHand)],
    ['Reserved', units(stock.reserved)],
    ['Available', units(stock.available)],
    ['On order', units(stock.onOrder)],
    ['Reorder point', reorderPoint === undefined ? undefined : units(reorderPoint)],
    ['Target level', targetLevel === undefined ? undefined : units(targetLevel)],
    ['Lot size', lotSize === undefined ? undefined : units(lotSize)],
    ['Most per sale', units(maxPerSale)],
    ['Price', `${grouped(priceKrw)} KRW`],
    ['Factory', factoryId],
  ];
}

/** What became of the units that buyers had. */
function soldText({ sold, totals }: Ledger): string {
  const of = (reason: Ledger['totals'][number]['reason']) =>
    Math.abs(totals.find((total) => total.reason === reason)?.units ?? 0);
  const [filled, returned] = [of('BACKORDER_FILL'), of('RETURN')];
  return [
    `Sold at once: ${units(sold.units)} in ${count(sold.sales, 'sale')}`,
    filled > 0 && `from the waitlist: ${units(filled)}`,
    returned > 0 && `returned: ${units(returned)}`,
  ]
    .filter(Boolean)
    .join('; ');
}

function ledgerRows({ totals }: Ledger) {
  return totals.map(({ reason, movements, units: sum }) => [reason, grouped(movements), signed(sum)]);
}

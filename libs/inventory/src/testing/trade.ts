import { ReceivingService } from '../receiving/receiving.service.js';
import { GoodsReceipt } from '../receiving/goods-receipt.entity.js';
import { type RestockOrder } from '../restock/restock-order.entity.js';
import { SaleService } from '../sale/sale.service.js';
import { type Warehouse } from './warehouse.js';

export interface Traded {
  sku: string;
  order: RestockOrder;
  receiptId: string;
  saleId: string;
}

/** A SKU of which 10 units were ordered, 6 came and 2 were sold: every table has rows of it. */
export async function trade(warehouse: Warehouse, sku: string): Promise<Traded> {
  const order = await warehouse.openRestockOrder(sku, 10);
  await warehouse.get(ReceivingService).receive({
    restockOrderId: order.id,
    sku,
    factoryId: order.factoryId,
    quantity: 6,
    deliveryFingerprint: '6 units',
  });
  const outcome = await warehouse.get(SaleService).place({ lines: [{ sku, quantity: 2 }] });
  if (outcome.kind !== 'CONFIRMED') throw new Error(outcome.kind);
  const { id: receiptId } = await warehouse.dataSource.manager.findOneByOrFail(GoodsReceipt, {
    restockOrderId: order.id,
  });
  return { sku, order, receiptId, saleId: outcome.sale.id };
}

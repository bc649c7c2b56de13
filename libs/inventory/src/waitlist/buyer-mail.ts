import { type NotificationRequest } from '../notification/notification.service.js';
import { type Sale } from '../sale/sale.entity.js';
import { type WaitingLine } from '../sale/waiting-line.entity.js';

/** The mail to the buyer of a sale that has waited: none where no address is known. */
export function buyerMail(
  kind: 'BACKORDER_FILLED' | 'BACKORDER_EXPIRED',
  { id, customerEmail }: Pick<Sale, 'id' | 'customerEmail'>,
  lines: readonly Pick<WaitingLine, 'sku' | 'quantity' | 'unitPriceKrw'>[],
): NotificationRequest[] {
  if (customerEmail === null) return [];
  const facts = {
    saleId: id,
    lines: lines.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', '),
    totalKrw: lines.reduce((sum, { quantity, unitPriceKrw }) => sum + quantity * unitPriceKrw, 0),
  };
  return [{ kind, audience: 'BUYER', to: customerEmail, facts }];
}

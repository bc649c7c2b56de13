import { type EntityManager, In } from 'typeorm';
import { CustomerPurchase } from '../sale/customer-purchase.entity.js';
import { Sale } from '../sale/sale.entity.js';
import { WebhookDelivery } from '../webhook/webhook-delivery.entity.js';
import { WebhookEndpoint } from '../webhook/webhook-endpoint.entity.js';
import { nextCaseVariant } from './case-variants.js';
import { CustomerAddress } from './customer-address.js';

/** What an erased sale keeps of its buyer. Its key, its fingerprint and its goods stay: a repeat gets the same sale. */
const ERASED_SALE = { customerEmail: null, customerKey: null } satisfies Partial<Sale>;

/** Deliveries of so many sales are looked up in one statement. */
const SALES_A_STATEMENT = 200;

/**
 * The addresses of sales that are `address`, each as the buyers wrote it.
 *
 * The index has them letter by letter, and one more that knows no case would cost every sale. So this asks the index for the
 * first address at or behind the first way to write it, then behind that one, and so on. Each question finds one, or passes
 * over all ways that begin alike: about ten questions for an address, where no other buyers write almost the same.
 */
export async function writtenAddresses(manager: EntityManager, address: CustomerAddress): Promise<string[]> {
  const found: string[] = [];
  for (const spelling of address.spellings) {
    for (let from = ''; ;) {
      const candidate = nextCaseVariant(spelling, from);
      const next = candidate === undefined ? undefined : await firstAddressFrom(manager, candidate);
      if (next === undefined) break;
      const isFound = next.toLowerCase() === spelling;
      if (isFound) found.push(next);
      from = isFound ? `${next}\0` : next;
    }
  }
  return found;
}

async function firstAddressFrom(manager: EntityManager, candidate: string): Promise<string | undefined> {
  const [row] = await manager.query<{ email: string }[]>(
    `SELECT /*+ INDEX(sale ix_sale_customer_email) */ customer_email AS email FROM sale
      WHERE customer_email >= ? ORDER BY customer_email LIMIT 1`,
    [candidate],
  );
  return row?.email;
}

export type SaleAddress = Pick<Sale, 'id' | 'customerEmail'>;

/**
 * Erases the address of each sale, and what was announced of the sale to the shop's own systems. Deliveries to endpoints that
 * were removed are deleted within the hour.
 *
 * @param sales a thousand at most
 * @returns how many deliveries had the address
 */
export async function eraseSaleAddresses(
  manager: EntityManager,
  sales: readonly SaleAddress[],
  isDryRun = false,
): Promise<{ deliveries: number }> {
  const withAddress = sales.filter(({ customerEmail }) => customerEmail !== null);
  if (withAddress.length === 0) return { deliveries: 0 };
  const deliveries = await eraseDeliveries(manager, withAddress, isDryRun);
  if (!isDryRun) await manager.update(Sale, { id: In(withAddress.map(({ id }) => id)) }, ERASED_SALE);
  return { deliveries };
}

/**
 * What limits count of the customers with these keys.
 *
 * @returns the number of rows
 */
export async function erasePurchases(
  manager: EntityManager,
  keys: readonly string[],
  isDryRun: boolean,
): Promise<number> {
  if (keys.length === 0) return 0;
  const counted = { customerKey: In([...keys]) };
  if (isDryRun) return manager.countBy(CustomerPurchase, counted);
  const { affected } = await manager.delete(CustomerPurchase, counted);
  return affected ?? 0;
}

async function eraseDeliveries(
  manager: EntityManager,
  sales: readonly SaleAddress[],
  isDryRun: boolean,
): Promise<number> {
  const endpoints = await manager.find(WebhookEndpoint, { select: { id: true } });
  if (endpoints.length === 0) return 0;
  let changed = 0;
  for (let start = 0; start < sales.length; start += SALES_A_STATEMENT) {
    const addressOf = new Map(
      sales
        .slice(start, start + SALES_A_STATEMENT)
        .map(({ id, customerEmail }) => [`sale_confirmed_${id}`, new CustomerAddress(customerEmail!)]),
    );
    const deliveries = await manager.find(WebhookDelivery, {
      select: { id: true, eventId: true, body: true, lastError: true },
      where: { endpointId: In(endpoints.map(({ id }) => id)), eventId: In([...addressOf.keys()]) },
    });
    for (const { id, eventId, body, lastError } of deliveries) {
      const address = addressOf.get(eventId)!;
      const erased = {
        body: address.erasedFromJsonText(body),
        lastError: lastError && address.erasedFromText(lastError),
      };
      if (erased.body === body && erased.lastError === lastError) continue;
      if (!isDryRun) await manager.update(WebhookDelivery, { id }, erased);
      changed += 1;
    }
  }
  return changed;
}

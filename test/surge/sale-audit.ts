import { isDeepStrictEqual } from 'node:util';
import { type Warehouse } from '../../libs/inventory/src/testing/warehouse.js';
import { NO_ANSWER, type PurchaseAnswer, type PurchaseRecord } from './buyers.js';
import { storedLevels, storedSales, type StoredSale } from './stored-sales.js';

/** A surge as buyers and tables tell of it, for SKUs that were stocked once and only sold from then on. */
export interface Evidence {
  records: readonly PurchaseRecord[];
  sales: readonly StoredSale[];
  /** Units by SKU, before the surge and after it. */
  opening: ReadonlyMap<string, number>;
  onHand: ReadonlyMap<string, number>;
}

export interface Audit {
  /** What must not be, in words; empty when all is well. */
  faults: string[];
  /** Sales in the database. */
  sales: number;
  /** Those among them whose first answer never came: nobody heard of them, or only who asked again. */
  unheardSales: number;
}

/**
 * Compares what buyers were told with what is on disk, and lets the warehouse reconcile itself. It reads the tables,
 * not the API, so it believes nothing that a sales process says.
 *
 * @param prefix how the addresses of these buyers begin, and of no others
 */
export async function auditSurge(
  warehouse: Warehouse,
  records: readonly PurchaseRecord[],
  opening: ReadonlyMap<string, number>,
  prefix = '',
): Promise<Audit> {
  const sales = await storedSales(warehouse.dataSource, prefix);
  const onHand = await storedLevels(warehouse.dataSource);
  const differences = await warehouse.differences();
  const heard = new Set(records.filter(({ answers }) => answers.some(isFirst)).map(addressOf));
  return {
    faults: [
      ...evidentFaults({ records, sales, opening, onHand }),
      ...differences.map(
        ({ invariant, subject, expected, actual }) =>
          `${subject}: ${invariant}: ${actual} instead of ${expected}`,
      ),
    ],
    sales: sales.length,
    unheardSales: sales.filter(({ customerEmail }) => !heard.has(customerEmail)).length,
  };
}

/** What is wrong by the evidence alone. */
export function evidentFaults({ records, sales, opening, onHand }: Evidence): string[] {
  const faults: string[] = [];
  const salesOf = Map.groupBy(sales, ({ customerEmail }) => customerEmail);
  for (const record of records) {
    const address = addressOf(record);
    const stored = salesOf.get(address) ?? [];
    salesOf.delete(address);
    const found = [
      ...answerFaults(record),
      ...storageFaults(record, stored),
      ...refusalFaults(record, onHand),
    ];
    faults.push(...found.map((fault) => `${address}: ${fault}`));
  }
  for (const address of salesOf.keys()) faults.push(`${address}: sold, and never asked for`);
  return [...faults, ...stockFaults(sales, opening, onHand)];
}

function addressOf({ purchase }: PurchaseRecord): string {
  return purchase.customerEmail;
}

function isFirst({ status, isReplay }: PurchaseAnswer): boolean {
  return status === 201 && !isReplay;
}

/** What is wrong with the answers by themselves. */
function answerFaults({ purchase, answers, failures }: PurchaseRecord): string[] {
  const faults: string[] = [];
  const sold = answers.filter(({ status }) => status === 201);
  const refused = answers.filter(({ status }) => status === 409);
  for (const { status, text } of answers) {
    if (status !== 201 && status !== 409) faults.push(`answered ${status} ${text}`);
  }
  for (const { status, text } of failures) {
    // A connection that breaks is how a process that dies looks. One that is alive says what is wrong, and in time.
    if (status !== undefined && status !== 503 && status !== 429) faults.push(`answered ${status} ${text}`);
    if (text === NO_ANSWER) faults.push(text);
  }
  if (answers.length === 0 && purchase.idempotencyKey !== undefined) {
    faults.push(`unanswered after ${failures.length} requests: ${failures.at(-1)?.text}`);
  }
  if (sold.length > 0 && refused.length > 0) faults.push('answered with a sale and with a refusal');
  if (refused.some(({ isReplay }) => isReplay)) faults.push('a refusal that calls itself a replay');
  if (sold.filter(isFirst).length > 1) faults.push('several sales that are no replay');
  if (new Set(sold.map(({ text }) => text)).size > 1) faults.push('answered with different sales');
  return faults;
}

/** What is wrong between the answers and the rows under the buyer's address. */
function storageFaults({ purchase, answers }: PurchaseRecord, stored: readonly StoredSale[]): string[] {
  const faults: string[] = [];
  if (stored.length > 1) faults.push(`${stored.length} sales of one purchase`);
  for (const { status, text } of answers) {
    if (status === 409 && stored.length > 0) faults.push('refused, and sold all the same');
    if (status !== 201) continue;
    const told = JSON.parse(text) as { id: string };
    const sale = stored.find(({ id }) => id === told.id);
    if (!sale) faults.push(`sold, and not in the database: ${text}`);
    else if (!isDeepStrictEqual(told, answerFor(sale))) {
      faults.push(`sold as ${text}, stored as ${JSON.stringify(answerFor(sale))}`);
    }
  }
  for (const { idempotencyKey, lines } of stored) {
    if (idempotencyKey !== (purchase.idempotencyKey ?? null)) faults.push(`stored under ${idempotencyKey}`);
    const quantities = lines.map(({ sku, quantity }) => ({ sku, quantity }));
    if (!isDeepStrictEqual(quantities, purchase.lines)) {
      faults.push(`asked for ${JSON.stringify(purchase.lines)}, stored as ${JSON.stringify(quantities)}`);
    }
  }
  return faults;
}

/** What the API must have said of a sale. */
function answerFor({ id, status, lines, customerEmail, createdAt }: StoredSale) {
  const totalKrw = lines.reduce((total, { quantity, unitPriceKrw }) => total + quantity * unitPriceKrw, 0);
  return { id, status, lines, totalKrw, customerEmail, createdAt };
}

/** Stock only fell: what is there at the end was there all the time. */
function refusalFaults({ purchase, answers }: PurchaseRecord, onHand: ReadonlyMap<string, number>): string[] {
  const isThere = purchase.lines.every(({ sku, quantity }) => quantity <= onHand.get(sku)!);
  return isThere && answers.some(({ status }) => status === 409) ? ['refused what is still there'] : [];
}

/** Every unit was sold or is on hand. */
function stockFaults(
  sales: readonly StoredSale[],
  opening: ReadonlyMap<string, number>,
  onHand: ReadonlyMap<string, number>,
): string[] {
  const lines = sales.flatMap((sale) => sale.lines);
  return [...opening].flatMap(([sku, stocked]) => {
    const sold = lines
      .filter((line) => line.sku === sku)
      .reduce((units, { quantity }) => units + quantity, 0);
    const left = onHand.get(sku)!;
    if (sold > stocked) return [`${sku}: oversold, ${sold} of ${stocked} units`];
    return left === stocked - sold ? [] : [`${sku}: ${left} on hand, after ${sold} of ${stocked} were sold`];
  });
}

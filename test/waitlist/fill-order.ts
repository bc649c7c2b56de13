/** A row of the ledger, with the unit `delta` of its SKU. */
export interface LedgerRow {
  id: string;
  sku: string;
  delta: number;
  reason: string;
  reference: string;
  balanceAfter: number;
}

/** A row of the waitlist when all of it is over. */
export interface WaitedLine {
  saleId: string;
  sku: string;
  ticket: number;
  quantity: number;
  reserved: number;
  outcome: string | null;
  movementId: string | null;
}

export interface FillOrder {
  /** In words; empty when every line got its units in its turn. */
  faults: string[];
  /** Sales of several SKUs that the upkeep filled, after the receipt that completed them. */
  late: number;
}

interface Ledger {
  /** Oldest first. */
  rows: LedgerRow[];
  indexOf: Map<string, number>;
}

/**
 * Judges whether waiting sales were filled strictly in the order of their tickets, by the ledger alone. The units of a SKU arrive in
 * the order of its `GOODS_RECEIPT` movements, and nobody else may take any: so its line with ticket t has all of its units with the
 * first receipt by which as many units have come as the lines 1 to t want. A sale is due with the last such receipt of its lines. Its
 * `BACKORDER_FILL` must be the movement directly after that receipt, because both are of one transaction.
 *
 * Every line must have joined before its units came, and none may have left.
 */
export function fillOrder(movements: readonly LedgerRow[], lines: readonly WaitedLine[]): FillOrder {
  const faults: string[] = [];
  const ledgers = new Map<string, Ledger>();
  const receiptOf = new Map<WaitedLine, LedgerRow | undefined>();
  const linesOf = Map.groupBy(lines, ({ sku }) => sku);
  for (const [sku, rows] of Map.groupBy(movements, (movement) => movement.sku)) {
    // The ids have their times in front, and are made under the lock of the SKU.
    const ledger = rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    ledgers.set(sku, { rows: ledger, indexOf: new Map(ledger.map(({ id }, index) => [id, index])) });
    faults.push(...ledgerFaults(sku, ledger));
  }
  for (const [sku, own] of linesOf) {
    const waitlist = own.toSorted((a, b) => a.ticket - b.ticket);
    const ledger = ledgers.get(sku)?.rows ?? [];
    faults.push(...waitlistFaults(sku, waitlist), ...unitFaults(sku, waitlist, ledger));
    for (const [line, receipt] of coveringReceipts(waitlist, ledger)) receiptOf.set(line, receipt);
  }
  let late = 0;
  for (const [saleId, own] of Map.groupBy(lines, (line) => line.saleId)) {
    const verdict = saleVerdict(own, receiptOf, ledgers);
    if (verdict === 'late') late += 1;
    else if (verdict !== undefined) faults.push(`sale ${saleId}: ${verdict}`);
  }
  return { faults, late };
}

function ledgerFaults(sku: string, ledger: readonly LedgerRow[]): string[] {
  const faults: string[] = [];
  let balance = 0;
  for (const { id, delta, reason, balanceAfter } of ledger) {
    balance += delta;
    if (balance !== balanceAfter) faults.push(`${sku}: ${balanceAfter} units after ${id}, not ${balance}`);
    if (reason !== 'GOODS_RECEIPT' && reason !== 'BACKORDER_FILL') {
      faults.push(`${sku}: ${delta} units by ${reason}, past the waitlist`);
    }
  }
  return faults;
}

function waitlistFaults(sku: string, waitlist: readonly WaitedLine[]): string[] {
  const faults: string[] = [];
  for (const [index, { saleId, ticket, quantity, reserved, outcome }] of waitlist.entries()) {
    if (ticket !== index + 1) faults.push(`${sku}: ticket ${ticket} in place ${index + 1}`);
    if (outcome !== 'FILLED') faults.push(`${sku}: sale ${saleId} is ${outcome ?? 'open'}`);
    if (reserved !== quantity) faults.push(`${sku}: sale ${saleId} has ${reserved} of ${quantity} units`);
  }
  return faults;
}

/** What a movement took must be what its lines got. */
function unitFaults(sku: string, waitlist: readonly WaitedLine[], ledger: readonly LedgerRow[]): string[] {
  const units = new Map<string | null, number>();
  for (const { movementId, quantity } of waitlist) {
    units.set(movementId, (units.get(movementId) ?? 0) + quantity);
  }
  const fills = ledger.filter(({ reason }) => reason === 'BACKORDER_FILL');
  const faults = fills
    .filter(({ id, delta }) => units.get(id) !== -delta)
    .map(({ id, delta }) => `${sku}: movement ${id} took ${-delta} units for ${units.get(id) ?? 0}`);
  const known = new Set<string | null>(fills.map(({ id }) => id));
  for (const id of units.keys()) if (!known.has(id)) faults.push(`${sku}: there is no movement ${id}`);
  return faults;
}

/** The receipt with which each line has all of its units. */
function* coveringReceipts(
  waitlist: readonly WaitedLine[],
  ledger: readonly LedgerRow[],
): Generator<[WaitedLine, LedgerRow | undefined]> {
  const receipts = ledger.filter(({ reason }) => reason === 'GOODS_RECEIPT');
  let next = 0;
  let arrived = 0;
  let wanted = 0;
  for (const line of waitlist) {
    wanted += line.quantity;
    while (arrived < wanted && next < receipts.length) arrived += receipts[next++]!.delta;
    yield [line, arrived < wanted ? undefined : receipts[next - 1]];
  }
}

function saleVerdict(
  lines: readonly WaitedLine[],
  receiptOf: ReadonlyMap<WaitedLine, LedgerRow | undefined>,
  ledgers: ReadonlyMap<string, Ledger>,
): string | undefined {
  const receipts = lines.map((line) => receiptOf.get(line));
  if (receipts.includes(undefined)) return 'its units have never come';
  const due = receipts.reduce((last, receipt) => (receipt!.id > last!.id ? receipt : last))!;
  const fills = lines.map(({ sku, movementId }) => {
    const { rows, indexOf } = ledgers.get(sku)!;
    return rows[indexOf.get(movementId ?? '') ?? -1];
  });
  if (fills.includes(undefined)) return 'it is not filled';
  const [posting, ...others] = new Set(fills.map((fill) => fill!.reference));
  if (others.length > 0) return 'its lines were filled by several transactions';
  const { rows, indexOf } = ledgers.get(due.sku)!;
  const turn = rows[indexOf.get(due.id)! + 1];
  if (turn?.reason === 'BACKORDER_FILL' && turn.reference === posting) return undefined;
  if (fills.some((fill) => fill!.id < due.id)) return `filled before its turn, which is receipt ${due.id}`;
  // It may have joined after the receipt chose its locks: the upkeep fills it.
  return lines.length > 1 ? 'late' : `filled after its turn, which is receipt ${due.id}`;
}

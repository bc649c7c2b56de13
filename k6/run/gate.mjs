/** The correctness gate: compares the answers to k6 with the data of the installation. It sends no requests itself. */

/** A range wider than this would prove nothing. */
const MAX_UNKNOWN_SHARE = 0.01;

/** What a run causes, itself or through the factory. */
const OWN_REASONS = ['SALE', 'ADJUSTMENT', 'GOODS_RECEIPT'];
/** Only where buyers wait. */
const WAITLIST_REASON = 'BACKORDER_FILL';

/**
 * Judges one run.
 *
 * @param run the record that the script left, `undefined` for a script that sells nothing
 * @param ledgers of `run.products`, in their order: the answers of `GET /products/:sku/ledger`
 * @param reconciliation the answer of `GET /reconcile`
 * @param ownRules those of the script alone
 * @returns the rules, each with whether it holds and the figures that decided
 */
export function judge(run, ledgers, reconciliation, ownRules = []) {
  return [...(run ? saleRules(run, ledgers) : []), ...ownRules, booksRule(reconciliation)];
}

/** Requests with an unknown outcome: without an answer in time, or cut off at the end of k6. */
export function unknownOf(run) {
  const known = run.outcomes.filter(({ outcome }) => outcome !== 'unknown');
  return run.sent - sumOf(known, 'count');
}

function saleRules(run, ledgers) {
  const unknown = unknownOf(run);
  return [
    countedRule(run),
    unknownRule(run, unknown),
    ...run.products.flatMap((product, index) => productRules(product, ledgers[index], { ...run, unknown })),
    ...(run.products.length > 1 ? [totalRule(run, ledgers, unknown)] : []),
  ];
}

function countedRule(run) {
  const answers = sumOf(run.outcomes, 'count');
  return {
    rule: 'k6 sent sales, and counted each answer once',
    holds: run.sent > 0 && answers <= run.sent && run.products.length > 0,
    detail: `${run.sent} sent, ${answers} answers`,
  };
}

function unknownRule(run, unknown) {
  return {
    rule: `what came of a request is known, but for ${MAX_UNKNOWN_SHARE * 100} % at most`,
    holds: unknown <= run.sent * MAX_UNKNOWN_SHARE,
    detail:
      unknown === 0
        ? 'of every one: the comparisons are exact'
        : `not of ${unknown} of ${run.sent}: as many sales may be stored beyond those accepted`,
  };
}

function productRules(product, ledger, { unknown, maxQuantity, hasWaitlist }) {
  const { sku, acceptedLines, acceptedUnits, adjustedUnits } = product;
  const { left, filled, returned, adjusted, received } = movementsOf(ledger);
  const there = adjusted + received;
  const sold = ledger.sold.units;
  const { onHand } = ledger.stock;
  const taken = Math.max(sold, left) + filled - returned;
  const reasons = hasWaitlist ? [...OWN_REASONS, WAITLIST_REASON] : OWN_REASONS;
  const isOwn = ({ reason }) => reasons.includes(reason);
  return [
    {
      rule: `${sku}: accepted sales = sales in the database`,
      ...within(ledger.sold.sales, acceptedLines, unknown, 'sales'),
    },
    {
      rule: `${sku}: accepted units = units of the sales in the database`,
      ...within(sold, acceptedUnits, unknown * maxQuantity, 'units'),
    },
    {
      rule: `${sku}: units of its sales = units that left the stock`,
      holds: sold === left,
      detail: `${sold} sold, ${left} left`,
    },
    {
      rule: `${sku}: nothing oversold`,
      holds: taken <= there && onHand >= 0,
      detail: `${sold} sold${filled > 0 ? ` and ${filled} filled` : ''} of ${there}, ${onHand} on hand`,
    },
    {
      rule: `${sku}: opening + received - left = on hand`,
      holds: there - left - filled + returned === onHand,
      detail: balanceText(movementsOf(ledger), onHand),
    },
    {
      rule: `${sku}: nobody else changed its stock`,
      holds: adjusted === adjustedUnits && ledger.totals.every(isOwn),
      detail: `adjusted by ${adjusted}, of these ${adjustedUnits} by this run`,
    },
  ];
}

/** The units of the movements of each reason, all as positive numbers but those of adjustments. */
export function movementsOf({ totals }) {
  const moved = (reason) => totals.find((one) => one.reason === reason)?.units ?? 0;
  return {
    left: 0 - moved('SALE'),
    filled: 0 - moved(WAITLIST_REASON),
    returned: moved('RETURN'),
    adjusted: moved('ADJUSTMENT'),
    received: moved('GOODS_RECEIPT'),
  };
}

function balanceText({ left, filled, returned, adjusted, received }, onHand) {
  const terms = [
    `${adjusted} + ${received} - ${left}`,
    filled > 0 && ` - ${filled} (filled)`,
    returned > 0 && ` + ${returned} (returned)`,
  ];
  const balance = adjusted + received - left - filled + returned;
  return `${terms.filter(Boolean).join('')} = ${balance}, on hand ${onHand}`;
}

/** Each product for itself could be off by all unknown sales; together they cannot. */
function totalRule(run, ledgers, unknown) {
  const stored = ledgers.reduce((sum, { sold }) => sum + sold.sales, 0);
  return {
    rule: 'all products: accepted sale lines = sale lines in the database',
    ...within(stored, sumOf(run.products, 'acceptedLines'), unknown * run.maxLines, 'lines'),
  };
}

function booksRule({ clean, differences }) {
  return {
    rule: 'the books agree (reconcile)',
    holds: clean,
    detail: clean ? 'no difference' : differences.map(differenceText).join('; '),
  };
}

export function within(stored, accepted, slack, what) {
  const shown =
    slack === 0
      ? `${accepted} accepted, ${stored} stored`
      : `${accepted} <= ${stored} <= ${accepted + slack}`;
  if (stored < accepted) return { holds: false, detail: `${shown} ${what}: ${accepted - stored} LOST` };
  const untold = stored - accepted - slack;
  if (untold > 0) {
    return { holds: false, detail: `${shown} ${what}: ${untold} stored that nobody was told of` };
  }
  return { holds: true, detail: `${shown} ${what}` };
}

function differenceText({ invariant, subject, expected, actual }) {
  return `${invariant}: ${subject} has ${actual} instead of ${expected}`;
}

function sumOf(list, name) {
  return list.reduce((sum, one) => sum + one[name], 0);
}

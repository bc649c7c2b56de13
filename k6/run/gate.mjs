/** The correctness gate: compares the answers to k6 with the data of the installation. It sends no requests itself. */

/** A range wider than this would prove nothing. */
const MAX_UNKNOWN_SHARE = 0.01;

/** What a run causes, itself or through the factory. */
const OWN_REASONS = ['SALE', 'ADJUSTMENT', 'GOODS_RECEIPT'];

/**
 * Judges one run.
 *
 * @param run the record that the script left, `undefined` for a script that sells nothing
 * @param ledgers of `run.products`, in their order: the answers of `GET /products/:sku/ledger`
 * @param reconciliation the answer of `GET /reconcile`
 * @returns the rules, each with whether it holds and the figures that decided
 */
export function judge(run, ledgers, reconciliation) {
  return [...(run ? saleRules(run, ledgers) : []), booksRule(reconciliation)];
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
    ...run.products.flatMap((product, index) =>
      productRules(product, ledgers[index], unknown, run.maxQuantity),
    ),
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

function productRules({ sku, acceptedLines, acceptedUnits, adjustedUnits }, ledger, unknown, maxQuantity) {
  const moved = (reason) => ledger.totals.find((one) => one.reason === reason)?.units ?? 0;
  const left = -moved('SALE');
  const adjusted = moved('ADJUSTMENT');
  const received = moved('GOODS_RECEIPT');
  const there = adjusted + received;
  const sold = ledger.sold.units;
  const { onHand } = ledger.stock;
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
      holds: Math.max(sold, left) <= there && onHand >= 0,
      detail: `${sold} sold of ${there}, ${onHand} on hand`,
    },
    {
      rule: `${sku}: opening + received - left = on hand`,
      holds: there - left === onHand,
      detail: `${adjusted} + ${received} - ${left} = ${there - left}, on hand ${onHand}`,
    },
    {
      rule: `${sku}: nobody else changed its stock`,
      holds: adjusted === adjustedUnits && ledger.totals.every(({ reason }) => OWN_REASONS.includes(reason)),
      detail: `adjusted by ${adjusted}, of these ${adjustedUnits} by this run`,
    },
  ];
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

function within(stored, accepted, slack, what) {
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

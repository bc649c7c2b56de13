/**
 * What must be true of a run whose buyers wait for goods, one product a sale. Requests overlap, so that their order is not
 * known: one sale is before another when it was answered before the other was asked for.
 */
import { movementsOf, within } from './gate.mjs';

/**
 * @param run the record that the script left
 * @param ledger of its product
 * @param sales all of `GET /sales?sku=...`, when nothing moved meanwhile
 * @param log of k6, with two looks at `sales` as its last lines
 */
export function waitlistRules(run, ledger, sales, log) {
  const made = madeSales(log);
  const waited = [...made.values()].filter(({ hasWaited }) => hasWaited);
  return [
    storedRule(run, made, sales, log),
    oneEndRule(made),
    filledRule(made, sales, ledger),
    leftRule(run, sales),
    deliveriesRule(ledger),
    placesRule(made, sales),
    orderRule(made, waited),
  ];
}

/**
 * The sales that k6 was told of, by id.
 *
 * @returns of each when it was asked for and first answered, when it was seen to wait last, and its end with the time that
 *   it was seen first
 */
function madeSales({ requests, seen }) {
  const made = new Map();
  // A request without an answer may have made the sale of a later one with its key.
  const firstStart = new Map();
  for (const { key, start } of requests) {
    firstStart.set(key, Math.min(start, firstStart.get(key) ?? Infinity));
  }
  for (const { key, start, answer, lines } of requests) {
    if (answer?.id === undefined) continue;
    const sale = made.get(answer.id) ?? newSale(answer.id, lines);
    made.set(answer.id, sale);
    sale.start = firstStart.get(key);
    sale.joinedBy = Math.min(sale.joinedBy, answer.end);
    note(sale, answer.saleStatus, start, answer.end);
  }
  for (const { seen: found, start, end } of seen) {
    for (const [id, status] of found) if (made.has(id)) note(made.get(id), status, start, end);
  }
  return made;
}

function newSale(id, [[, quantity]]) {
  const times = { start: Infinity, joinedBy: Infinity, waitedAt: -Infinity, endedBy: Infinity };
  return { id, quantity, ...times, hasWaited: false, ends: new Set() };
}

function note(sale, status, start, end) {
  if (status === 'WAITING') {
    sale.hasWaited = true;
    sale.waitedAt = Math.max(sale.waitedAt, start);
    return;
  }
  sale.ends.add(status);
  sale.endedBy = Math.min(sale.endedBy, end);
}

function storedRule({ outcomes }, made, sales, { requests }) {
  const stored = new Set(sales.map(({ id }) => id));
  const lost = [...made.keys()].filter((id) => !stored.has(id)).length;
  const untold = [...stored].filter((id) => !made.has(id)).length;
  const unknown = requests.filter(({ answer }) => !answer || answer.status >= 500).length;
  const waiting = outcomes.find(({ outcome }) => outcome === 'waiting')?.count ?? 0;
  return {
    rule: 'the sales that buyers were told of, and no others, are stored',
    holds: lost === 0 && untold <= unknown && stored.size === sales.length,
    detail:
      `${made.size} told, ${waiting} of them by 202; ${sales.length} stored` +
      `${lost > 0 ? `, ${lost} LOST` : ''}${untold > 0 ? `, ${untold} stored that nobody was told of` : ''}`,
  };
}

function oneEndRule(made) {
  const wrong = [...made.values()].filter(
    ({ ends, waitedAt, endedBy }) => ends.size > 1 || waitedAt > endedBy,
  );
  return {
    rule: 'a sale that waits ends once at most, and stays ended',
    holds: wrong.length === 0,
    detail:
      wrong.length === 0
        ? `${made.size} sales`
        : `${wrong.length} do not: ${wrong[0].id} was ${[...wrong[0].ends].join(' and ')}`,
  };
}

function filledRule(made, sales, ledger) {
  const units = (of) => sales.filter(of).reduce((sum, { lines }) => sum + lines[0].quantity, 0);
  const hasWaited = ({ id }) => made.get(id)?.hasWaited;
  const filled = units((sale) => sale.status === 'CONFIRMED' && hasWaited(sale));
  const isUntold = ({ id, status }) => status === 'CONFIRMED' && !made.has(id);
  const kept = sales.reduce((sum, { waiting }) => sum + (waiting?.lines[0].reservedQuantity ?? 0), 0);
  const reserved = ledger.stock.reserved ?? 0;
  const { holds, detail } = within(movementsOf(ledger).filled, filled, units(isUntold), 'units filled');
  return {
    rule: 'units of the filled sales = units that left the stock for them; units kept = units reserved',
    holds: holds && kept === reserved,
    detail: `${detail.replace('accepted', 'seen')}; ${kept} kept, ${reserved} reserved`,
  };
}

function leftRule({ left = { confirmed: 0, unknown: 0 } }, sales) {
  const count = (status) => sales.filter((sale) => sale.status === status).length;
  const cancelled = count('CANCELLED');
  return {
    rule: 'the sales that were given up are cancelled, and no others end unfilled',
    holds:
      cancelled >= left.confirmed && cancelled <= left.confirmed + left.unknown && count('EXPIRED') === 0,
    detail: `${left.confirmed} given up, ${cancelled} cancelled, ${count('EXPIRED')} expired`,
  };
}

/** With one delivery there is no order to see. */
function deliveriesRule({ totals }) {
  const { movements = 0, units = 0 } = totals.find(({ reason }) => reason === 'GOODS_RECEIPT') ?? {};
  return {
    rule: 'goods came in several deliveries',
    holds: movements > 1,
    detail: `${movements} with ${units} units`,
  };
}

/** Those that still wait are 1, 2, 3, ..., and none has its place before one that was there earlier. */
function placesRule(made, sales) {
  const open = sales
    .filter(({ status }) => status === 'WAITING')
    .sort((one, other) => one.waiting.position - other.waiting.position);
  const isGap = ({ waiting }, index) => waiting.position !== index + 1;
  let latestStart = -Infinity;
  let misplaced = 0;
  for (const { id } of open) {
    const { start = -Infinity, joinedBy = Infinity } = made.get(id) ?? {};
    if (joinedBy < latestStart) misplaced += 1;
    latestStart = Math.max(latestStart, start);
  }
  return {
    rule: 'those that still wait have the places 1, 2, 3, ... in the order in which they came',
    holds: !open.some(isGap) && misplaced === 0,
    detail: `${open.length} wait${misplaced > 0 ? `, ${misplaced} behind one that came later` : ''}`,
  };
}

/**
 * No sale got its units, at once or later, while one still waited that had joined before it was asked for. Sorted by time, so
 * that each sale is compared with all before it at once.
 */
function orderRule(made, waited) {
  const joined = waited.toSorted((one, other) => one.joinedBy - other.joinedBy);
  const served = [...made.values()]
    .filter(({ ends }) => ends.has('CONFIRMED'))
    .sort((one, other) => one.start - other.start);
  let next = 0;
  let last;
  const overtaking = served.filter(({ start, endedBy }) => {
    for (; next < joined.length && joined[next].joinedBy < start; next += 1) {
      if (!last || joined[next].waitedAt > last.waitedAt) last = joined[next];
    }
    return last !== undefined && last.waitedAt > endedBy;
  });
  const filled = waited.filter(({ ends }) => ends.has('CONFIRMED')).length;
  return {
    rule: 'nobody was overtaken',
    holds: overtaking.length === 0,
    detail:
      `${waited.length} waited, ${filled} of them were filled, ${served.length - filled} others bought` +
      (overtaking.length === 0
        ? ''
        : `; ${overtaking.length} OVERTOOK one that waited, such as ${overtaking[0].id}`),
  };
}

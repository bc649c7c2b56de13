/** What must be true of a run whose product is sold from a moment on, a few units a customer. */

/**
 * @param run the record that the script left
 * @param ledger of its product
 * @param sales all of `GET /sales?sku=...`
 */
export function openingRules({ opening, outcomes }, ledger, sales) {
  const countOf = (wanted) => outcomes.find(({ outcome }) => outcome === wanted)?.count ?? 0;
  return [
    soldAfterOpeningRule(opening, sales),
    answeredAfterOpeningRule(opening),
    openForAllRule(opening, countOf('early')),
    limitRule(opening, sales, countOf('limited')),
    soldOutRule(opening, ledger, countOf('refused')),
  ];
}

function soldAfterOpeningRule({ opensAt, clockErrorMs }, sales) {
  const times = sales.map(({ createdAt }) => Date.parse(createdAt) - opensAt);
  const before = times.filter((ms) => ms < -clockErrorMs).length;
  const first = times.reduce((one, other) => Math.min(one, other), Infinity);
  return {
    rule: 'nothing was sold before the opening (createdAt)',
    holds: before === 0 && sales.length > 0,
    detail:
      sales.length === 0
        ? 'nothing was sold at all'
        : `the first of ${sales.length} sales ${relative(first)}${before > 0 ? `, ${before} TOO EARLY` : ''}`,
  };
}

function answeredAfterOpeningRule({ opensAt, clockErrorMs, firstAcceptedAt }) {
  const first = firstAcceptedAt === null ? Infinity : firstAcceptedAt - opensAt;
  return {
    rule: 'the first sale was answered after the opening',
    holds: first !== Infinity && first >= -clockErrorMs,
    detail: first === Infinity ? 'none was answered' : relative(first),
  };
}

function openForAllRule({ opensAt, clockErrorMs, lastEarlyAt }, early) {
  const last = lastEarlyAt === null ? -Infinity : lastEarlyAt - opensAt;
  return {
    rule: 'no request after the opening was refused as too early',
    holds: last <= clockErrorMs,
    detail:
      last === -Infinity ? 'none was refused so' : `the last of ${early} that were left k6 ${relative(last)}`,
  };
}

function limitRule({ maxPerCustomer }, sales, limited) {
  const units = new Map();
  for (const { customerEmail, status, lines } of sales) {
    if (status === 'CANCELLED' || status === 'EXPIRED') continue;
    units.set(customerEmail, (units.get(customerEmail) ?? 0) + lines[0].quantity);
  }
  const above = [...units].filter(([, count]) => count > maxPerCustomer);
  const most = Math.max(0, ...units.values());
  return {
    rule: `no customer has more than ${maxPerCustomer} units`,
    holds: above.length === 0 && !units.has(null),
    detail:
      `${units.size} customers, ${most} units at the most, ${limited} requests were over the limit` +
      (above.length > 0 ? `; ${above.length} have MORE, such as ${above[0][0]}` : '') +
      (units.has(null) ? '; a sale has no customer' : ''),
  };
}

function soldOutRule({ wantedUnits }, { stock, totals }, refused) {
  const there = totals.find(({ reason }) => reason === 'ADJUSTMENT')?.units ?? 0;
  const isSoldOut = wantedUnits >= there || refused > 0;
  return {
    rule: 'all units were sold, where enough were wanted',
    holds: !isSoldOut || stock.onHand === 0,
    detail: `${wantedUnits} wanted at least, of ${there}; ${stock.onHand} left, ${refused} refused`,
  };
}

function relative(ms) {
  return ms < 0 ? `${-ms} ms before it` : `${ms} ms after it`;
}

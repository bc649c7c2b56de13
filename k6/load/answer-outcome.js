/** What an answer to `POST /sales` says of the sale. Nothing of k6 is imported here, so that the tests can read it, too. */

/**
 * @returns the outcome that the answer tells by itself: each is described beside its counter in outcomes.js, and
 *   `replayed` is any answer about a sale that was made before under the same key
 */
export function outcomeOf(answer) {
  const { status } = answer;
  if (status === 201) return isReplay(answer) ? 'replayed' : 'accepted';
  if (status === 202) return isReplay(answer) ? 'replayed' : 'waiting';
  // A repeat of one that was cancelled, or has expired, since.
  if (status === 200) return isReplay(answer) ? 'replayed' : 'unexpected';
  if (status === 409) return refusalOf(answer);
  if (status === 429 || (status === 503 && hasCode(answer, 'SALE.OVERLOADED'))) return 'shed';
  if (status >= 400 && status < 500) return 'unexpected';
  // 1100 to 1199: no address; 1210 to 1212: no connection. Whatever else has no status may have been received.
  if (status === 0 && isBetween(answer.error_code, 1100, 1199)) return 'unreached';
  if (status === 0 && isBetween(answer.error_code, 1210, 1212)) return 'unreached';
  // Another 503 too: a sale that was cut off in its commit is in doubt.
  return 'unknown';
}

/**
 * A sale is known by its key: one of its answers counts, and the others are replays. Which of them came first, or whether an
 * earlier one was lost, does not matter.
 *
 * @param told the outcomes of the answers to one key
 * @param mayWait the request would wait for goods
 * @returns the outcomes that are counted
 */
export function countedOutcomes(told, mayWait) {
  const isPlaced = (outcome) => ['accepted', 'waiting', 'replayed'].includes(outcome);
  const first = told.findIndex(isPlaced);
  // A replay alone does not say whether the sale has ever waited.
  const outcome =
    told.find((one) => one === 'accepted' || one === 'waiting') ?? (mayWait ? 'unknown' : 'accepted');
  return told.map((one, index) => {
    if (!isPlaced(one)) return one;
    return index === first ? outcome : 'replayed';
  });
}

export function isPlacedStatus(status) {
  return status === 200 || status === 201 || status === 202;
}

/** Searched as text: reading the JSON of every refusal costs k6 more. */
function refusalOf(answer) {
  if (hasCode(answer, 'SALE.NOT_OPEN')) return 'early';
  if (hasCode(answer, 'SALE.LIMIT_REACHED')) return 'limited';
  return 'refused';
}

function isReplay({ headers }) {
  return headers['Idempotent-Replayed'] === 'true';
}

function hasCode({ body }, code) {
  return typeof body === 'string' && body.includes(`"code":"${code}"`);
}

function isBetween(number, least, most) {
  return number >= least && number <= most;
}

/** Logs every request for a sale and its answer, when `HISTORY=on`. `npm run check:history` makes a history of the log. */
import exec from 'k6/execution';

const isOn = __ENV.HISTORY === 'on';
let requests = 0;

/**
 * Before the requests leave: one that k6 cuts off may be a sale.
 *
 * @param lines `{sku, quantity}`
 * @param mayWait with goods missing they wait, instead of being refused
 * @returns the numbers of the requests, for {@link logAnswers}
 */
export function logRequests(lines, idempotencyKey, { clicks, mayWait }) {
  if (!isOn) return [];
  const vu = exec.vu.idInTest;
  return Array.from({ length: clicks }, () => {
    requests += 1;
    const request = `${vu}-${requests}`;
    log({
      request,
      client: `VU ${vu}`,
      key: idempotencyKey,
      lines: lines.map(({ sku, quantity }) => [sku, quantity]),
      start: Date.now(),
      ...(mayWait && { mayWait }),
    });
    return request;
  });
}

/** @param answers those to `numbers`, in their order */
export function logAnswers(numbers, answers) {
  // A millisecond is cut off at the start, so it is added at the end.
  const end = Date.now() + 1;
  numbers.forEach((request, index) => {
    const { status, headers, body } = answers[index];
    // No status: there is no answer, and nobody knows what the request has done.
    if (status === 0) return;
    log({ request, end, status, isReplay: headers['Idempotent-Replayed'] === 'true', text: body ?? '' });
  });
}

/**
 * What an answer told of a sale, between two times.
 *
 * @param start when the request left
 */
export function logSeen(id, status, start) {
  if (isOn) log({ seen: [[id, status]], start, end: Date.now() + 1 });
}

function log(line) {
  console.log(JSON.stringify(line));
}

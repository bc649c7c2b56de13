/** What the buyers of a k6 VU do while their sales wait: they look where they are, and some give up. */
import { check } from 'k6';
import { Counter } from 'k6/metrics';
import { logSeen } from './history-log.js';
import { getSale, leaveWaitlist } from './requests.js';

const left = new Counter('waits_left');
/** The goods came a moment before. */
const leftTooLate = new Counter('waits_left_too_late');
/** Without an answer: the sale may be cancelled. */
const leftUnknown = new Counter('waits_left_unknown');

/** Oldest first. Of this VU alone: VUs share nothing. */
const waiting = [];

/** @param answer the 202 to `POST /sales` */
export function remember(answer, { leavesAt }) {
  const { id, token, waiting: place } = answer.json();
  waiting.push({ id, token, position: place.position, leavesAt });
}

/** Looks at the sale that waits the longest, or at the last one. */
export function lookAtOne(isOldest) {
  const index = isOldest ? 0 : waiting.length - 1;
  const sale = waiting[index];
  if (!sale) return;
  const start = Date.now();
  const answer = getSale(sale.id);
  if (answer.status !== 200) return;
  const { status, waiting: place } = answer.json();
  logSeen(sale.id, status, start);
  check(answer, {
    'a sale that waits is filled, or moves up': () =>
      status === 'CONFIRMED' || (status === 'WAITING' && place.position <= sale.position),
  });
  if (status === 'WAITING') sale.position = place.position;
  else waiting.splice(index, 1);
}

/** Gives up the sale that wanted to leave first, when its time has come. */
export function leaveOne() {
  const index = waiting.findIndex(({ leavesAt }) => leavesAt !== undefined);
  if (index === -1 || waiting[index].leavesAt > Date.now()) return;
  const [{ id, token }] = waiting.splice(index, 1);
  const start = Date.now();
  const answer = leaveWaitlist(id, token);
  if (answer.status === 200) {
    left.add(1);
    logSeen(id, answer.json('status'), start);
  } else if (answer.status === 409) {
    leftTooLate.add(1);
    logSeen(id, answer.json('currentStatus'), start);
  } else leftUnknown.add(1);
  check(answer, {
    'a sale that is given up is cancelled, or was filled before': ({ status }) =>
      (status === 200 && answer.json('status') === 'CANCELLED') ||
      (status === 409 &&
        answer.json('code') === 'SALE.NOT_WAITING' &&
        answer.json('currentStatus') === 'CONFIRMED'),
  });
}

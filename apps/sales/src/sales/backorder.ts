import { type SaleRequest } from '#inventory';
import { timeOf } from '../http/time-range.js';
import { ApiError, type Sentence } from '../problem/problem.js';
import { type PlaceSale } from './sale-schema.js';

/** The longest wait, in ms. The schema states it. */
const LONGEST_WAIT_MS = 90 * 24 * 3_600_000;

const NOT_WAITING: Sentence = {
  en: 'body/waitUntil needs onShortage: backorder beside it.',
  ko: 'body/waitUntil은 onShortage: backorder와 함께 보내야 합니다.',
};

const TOO_FAR: Sentence = {
  en: 'body/waitUntil must be within 90 days.',
  ko: 'body/waitUntil은 90일 이내여야 합니다.',
};

/**
 * What a buyer wants who would wait for goods.
 *
 * @throws ApiError `REQUEST.REFUSED`
 */
export function backorderOf(
  onShortage: PlaceSale['onShortage'],
  waitUntil: string | undefined,
  now: Date,
): SaleRequest['backorder'] {
  if (onShortage !== 'backorder') {
    if (waitUntil !== undefined) throw new ApiError('REQUEST.REFUSED', NOT_WAITING);
    return undefined;
  }
  if (waitUntil === undefined) return { waitUntil: null };
  const time = timeOf('body/waitUntil', waitUntil);
  // A time that is over is no fault: a repeated request may have it, and gets the answer of the first.
  if (time.getTime() > now.getTime() + LONGEST_WAIT_MS) throw new ApiError('REQUEST.REFUSED', TOO_FAR);
  return { waitUntil: time };
}

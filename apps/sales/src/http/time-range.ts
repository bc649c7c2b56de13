import { ApiError } from '../problem/problem.js';

/**
 * The query of a list as the warehouse takes it.
 *
 * @param part of the request that has it
 * @throws ApiError `REQUEST.REFUSED` for a time that only looks like one, such as a leap second
 */
export function withTimes<Query extends { since?: string; until?: string }>(
  { since, until, ...rest }: Query,
  part: 'querystring' | 'body' = 'querystring',
) {
  return {
    ...rest,
    since: since === undefined ? undefined : timeOf(`${part}/since`, since),
    until: until === undefined ? undefined : timeOf(`${part}/until`, until),
  };
}

/**
 * @param at the place in the request
 * @throws ApiError as {@link withTimes}
 */
export function timeOf(at: string, text: string): Date {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  throw new ApiError('REQUEST.REFUSED', {
    en: `${at} is a time that there is not.`,
    ko: `${at}은(는) 없는 시각입니다.`,
  });
}

import { ApiError } from '../problem/problem.js';

/**
 * The query of a list as the warehouse takes it.
 *
 * @throws ApiError `REQUEST.REFUSED` for a time that only looks like one, such as a leap second
 */
export function withTimes<Query extends { since?: string; until?: string }>({
  since,
  until,
  ...rest
}: Query) {
  return { ...rest, since: timeOf('since', since), until: timeOf('until', until) };
}

function timeOf(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  throw new ApiError('REQUEST.REFUSED', {
    en: `querystring/${name} is a time that there is not.`,
    ko: `querystring/${name}은(는) 없는 시각입니다.`,
  });
}

import { expect, it } from '@jest/globals';
import { retryAfterSeconds } from './retry-after.js';

const AT = 'Sun, 01 Mar 2026 12:00:00 GMT';

it.each([
  ['seconds', { 'retry-after': '120' }, 120],
  ['seconds with spaces', { 'retry-after': ' 7 ' }, 7],
  ['a date', { 'retry-after': 'Sun, 01 Mar 2026 12:10:00 GMT', date: AT }, 600],
  ['an absurd time, as a day', { 'retry-after': '99999999' }, 86_400],
  [
    'a date of another century, as a day',
    { 'retry-after': 'Fri, 01 Mar 2126 12:00:00 GMT', date: AT },
    86_400,
  ],
  ['no time', { 'retry-after': '0' }, undefined],
  ['a date in the past', { 'retry-after': 'Sun, 01 Mar 2026 11:00:00 GMT', date: AT }, undefined],
  ['nonsense', { 'retry-after': 'soon' }, undefined],
  ['a negative time', { 'retry-after': '-5', date: 'Sun, 01 Mar 2126 12:00:00 GMT' }, undefined],
  ['nothing', {}, undefined],
])('a header may say %s', (_, headers: Record<string, string>, seconds) => {
  expect(retryAfterSeconds(new Headers(headers))).toBe(seconds);
});

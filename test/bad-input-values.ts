/** What must not stand in the places of a request, by what belongs there. */

export const UUID = '01890000-0000-7000-8000-000000000000';
export const SKU = 'CP-502101';

export const OVERLONG = 'x'.repeat(60_000);
/** Paths that lead nowhere, encoded well or badly. */
export const SEGMENTS = [
  '%',
  '%zz',
  '%00',
  '%ff',
  '%27%20OR%201%3D1%20--',
  "'OR'1'='1",
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '..',
  '..;',
  '%F0%9F%8D%A9',
  '__proto__',
  'x'.repeat(256),
  'x'.repeat(8_000),
];
export const IDS = [...SEGMENTS, '1', UUID.slice(1), `${UUID}0`, `{${UUID}}`, `urn:uuid:${UUID}`];
export const SKUS = [
  '',
  ' ',
  '-A',
  'a b',
  '도넛',
  "' OR 1=1 --",
  '../../etc/passwd',
  '\0',
  '__proto__',
  'A'.repeat(65),
];
export const MAILS = [
  '',
  'kim',
  'kim@',
  '@example.com',
  'kim@example',
  'kim kim@example.com',
  'kim@example.com, lee@example.com',
  'kim@example.com\r\nBcc: lee@example.com',
  `${'k'.repeat(250)}@example.com`,
  `kim@${'a.'.repeat(30_000)}`,
  `${'k'.repeat(65)}@example.com`,
  'a@b.1',
  '킴@example.com',
  'kim@도\u200b넛.kr',
];
export const KEYS = ['', ' ', 'two words', 'k'.repeat(256), '열쇠', 'é', ['sent', 'twice']];
export const TAGS = ['', 'nope', '"open', '*, "a"', '"a" "b"', 'W/a', 'w/"a"', '"two words"', ['*', '*']];
/** Of a query, where all is text. */
const LIMITS = ['', '0', '101', '-1', '1.5', '1e308', 'abc', 'NaN', '1;DROP TABLE sale', ['1', '2']];
export const CURSORS = ['', '1', SKU, `urn:uuid:${UUID}`, [UUID, UUID]];
export const STATES = ['', 'open', "' OR 1=1 --", ['OPEN', 'OPEN']];

export const TIMES = ['', 'yesterday', '2026-13-01T00:00:00Z', '2026-01-01', '1764547200', ['a', 'b']];
/** What every list takes. */
export const LIST = {
  'querystring/limit': LIMITS,
  'querystring/order': ['', 'ASC', 'newest', "' OR 1=1 --", ['asc', 'asc']],
};
export const TIME_RANGE = { 'querystring/since': TIMES, 'querystring/until': TIMES };

export const texts = (maxLength: number) => ['', 'x'.repeat(maxLength + 1), OVERLONG];
/** Texts for mails and logs, where nothing may be hidden. */
export const visibleTexts = (maxLength: number) => [
  ...texts(maxLength),
  '   ',
  'a\r\nBcc: lee@example.com',
  '\0',
  '\ud800',
  'Do\u200bnut',
  'Donut \u202etunod',
  '\u3164',
];
export const integers = (minimum: number, maximum: number) => [
  minimum - 1,
  maximum + 1,
  1.5,
  1e308,
  -1e308,
  '1',
  'NaN',
];

/** The headers of a route that writes under an idempotency key. */
export const KEY_HEADERS = {
  'headers/idempotency-key': KEYS,
  'headers/x-client-id': [...KEYS, 'k'.repeat(65)],
};

import { describe, expect, it } from '@jest/globals';
import { isExactAsDouble } from './json-number.js';
import { MAX_DEPTH, MAX_VALUES, scanJson } from './json-scan.js';

const scan = (text: string) => scanJson(Buffer.from(text));
const nested = (levels: number, open: string, close: string) => open.repeat(levels) + close.repeat(levels);

describe('the bounds of a JSON text', () => {
  it.each([
    ['an empty text', ''],
    [
      'a whole sale',
      JSON.stringify({ lines: Array(50).fill({ sku: 'A', quantity: 1 }), customerEmail: 'a@b.c' }),
    ],
    ['arrays as deep as may be', nested(MAX_DEPTH, '[', ']')],
    ['as many values as may be', JSON.stringify(Array(MAX_VALUES - 1).fill(0))],
    ['brackets and commas inside of a string', JSON.stringify({ text: '[{,'.repeat(5_000) })],
    ['brackets behind an escaped quote', JSON.stringify({ text: `"${'[{,'.repeat(5_000)}` })],
    ['a string that ends in a backslash', JSON.stringify({ text: '\\', more: '[,'.repeat(5_000) })],
    ['characters of several bytes', JSON.stringify({ text: '도넛 🍩'.repeat(2_000) })],
  ])('hold for %s', (_, text) => expect(scan(text)).toEqual(expect.any(Number)));

  it.each([
    ['arrays too deep', nested(MAX_DEPTH + 1, '[', ']')],
    ['objects too deep', `${'{"a":'.repeat(MAX_DEPTH + 1)}1${'}'.repeat(MAX_DEPTH + 1)}`],
    ['both in turn', '[{"a":'.repeat(MAX_DEPTH)],
  ])('report the depth: %s', (_, text) => expect(scan(text)).toBe('depth'));

  it.each([
    ['too many numbers', JSON.stringify(Array(MAX_VALUES).fill(0))],
    [
      'too many members',
      JSON.stringify(Object.fromEntries(Array.from({ length: MAX_VALUES }, (_, i) => [i, 0]))),
    ],
    ['too many empty arrays', `[${Array(MAX_VALUES).fill('[]').join()}]`],
    ['numbers behind an escaped string', `["\\"",${Array(MAX_VALUES).fill('0').join()}]`],
  ])('report the number of values: %s', (_, text) => expect(scan(text)).toBe('values'));

  it('stop the scan at the bound', () => {
    let furthest = 0;
    const bytes = new Proxy(Buffer.from(JSON.stringify(Array(32_000).fill(0))), {
      get: (buffer, name: string) => {
        if (name === 'length') return buffer.length;
        furthest = Math.max(furthest, Number(name));
        return buffer[Number(name)];
      },
    });
    expect(scanJson(bytes)).toBe('values');
    expect(furthest).toBeLessThanOrEqual(2 * MAX_VALUES);
  });
});

describe('the members of a JSON text', () => {
  it.each([
    ['none', '[1,"a:b",{}]', 0],
    ['those of every object', '{"a":{"b":[{"c":1},{"c":2}]},"d":":"}', 5],
    ['a repeated one each time', '{"a":1,"a":2}', 2],
    ['a repeated one that is escaped', '{"a":1,"\\u0061":2}', 2],
    ['names with quotes and colons', '{"a\\":":1,":":{"\\\\":2}}', 3],
  ])('are counted: %s', (_, text, count) => expect(scan(text)).toBe(count));
});

describe('the numbers of a JSON text', () => {
  const KEPT = [
    '0',
    '-0',
    '1',
    '1.0',
    '1.50',
    '0.1',
    '0.30000000000000004',
    '0.10000000000000001',
    '1e2',
    '1E+2',
  ]
    .concat('100000000000000000000', '9007199254740992', '123456789012345', '1e308', '1.7976931348623157e308')
    .concat('0.00000000000000000000', '-1.5e-7', '5e-324', '12.5e-3', '0.10000000000000000000');
  const CHANGED = [
    '0.99999999999999999999',
    '9007199254740993',
    '-9007199254740993',
    '1.0000000000000000001',
  ].concat(
    '1e400',
    '-1e400',
    '1e-400',
    '9.007199254740993e15',
    `1${'0'.repeat(100)}`,
    '12345678901234567890',
  );

  it.each(KEPT)('keep their value: %s', (number) => {
    expect(isExactAsDouble(number)).toBe(true);
    expect(scan(`{"quantity":${number}}`)).toBe(1);
    expect(scan(`[${number}, ${number} ]`)).toBe(0);
  });

  it.each(CHANGED)('are refused when they would change their value: %s', (number) => {
    expect(isExactAsDouble(number)).toBe(false);
    for (const text of [number, `[1,${number}]`, `{"quantity":${number} }`, `[1,\n${number}`]) {
      expect(scan(text)).toBe('number');
    }
    expect(scan(JSON.stringify({ text: number }))).toBe(1);
  });

  it.each(['1.2.3', '1e', '--1', '1e5e5', '0x10', '1-1-1-1-1-1-1-1-1-1'])(
    'are left to the parser when they are malformed: %s',
    (text) => {
      expect(isExactAsDouble(text)).toBe(true);
    },
  );

  it('cost a bounded amount of work, also when the text is not JSON', () => {
    expect(scan('1e1 '.repeat(MAX_VALUES + 1))).toBe('values');
    expect(scan(`[${'0'.repeat(60_000)}1]`)).toBe('number');
  });
});

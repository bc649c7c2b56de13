import { describe, expect, it } from '@jest/globals';
import { exceededBound, MAX_DEPTH, MAX_VALUES } from './json-bounds.js';

const boundOf = (text: string) => exceededBound(Buffer.from(text));
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
  ])('hold for %s', (_, text) => expect(boundOf(text)).toBeUndefined());

  it.each([
    ['arrays too deep', nested(MAX_DEPTH + 1, '[', ']')],
    ['objects too deep', `${'{"a":'.repeat(MAX_DEPTH + 1)}1${'}'.repeat(MAX_DEPTH + 1)}`],
    ['both in turn', '[{"a":'.repeat(MAX_DEPTH)],
  ])('tell of the depth: %s', (_, text) => expect(boundOf(text)).toBe('depth'));

  it.each([
    ['too many numbers', JSON.stringify(Array(MAX_VALUES).fill(0))],
    [
      'too many members',
      JSON.stringify(Object.fromEntries(Array.from({ length: MAX_VALUES }, (_, i) => [i, 0]))),
    ],
    ['too many empty arrays', `[${Array(MAX_VALUES).fill('[]').join()}]`],
    ['numbers behind an escaped string', `["\\"",${Array(MAX_VALUES).fill('0').join()}]`],
  ])('tell of the values: %s', (_, text) => expect(boundOf(text)).toBe('values'));

  it('read no further than the bound', () => {
    const read: string[] = [];
    const bytes = new Proxy(Buffer.from(JSON.stringify(Array(32_000).fill(0))), {
      get: (buffer, name: string) => {
        if (name === 'length') return buffer.length;
        read.push(name);
        return buffer[Number(name)];
      },
    });
    expect(exceededBound(bytes)).toBe('values');
    expect(read.length).toBeLessThanOrEqual(2 * MAX_VALUES);
  });
});

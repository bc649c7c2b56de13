import { describe, expect, it } from '@jest/globals';
import { printable, printableJson } from './printable.js';

describe('printed text', () => {
  it('has nothing that a terminal obeys', () => {
    expect(printable('도넛 😀 \x1b]0;x\x07\u200b')).toBe('도넛 😀 \\u{1b}]0;x\\u{7}\\u{200b}');
    expect(printable('two\nlines')).toBe('two lines');
  });

  it('says the same as JSON', () => {
    const value = { text: '\x1b \u009b \u202e \u2028 \u{e0001} 도넛' };
    const json = printableJson(value);
    expect(JSON.parse(json)).toEqual(value);
    expect(json).toMatch(/^[\n -~도넛]*$/);
  });
});

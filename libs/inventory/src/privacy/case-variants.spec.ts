import { describe, expect, it } from '@jest/globals';
import { nextCaseVariant } from './case-variants.js';

const isBefore = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;

/** Every way to write it, in order. */
function variantsOf(text: string): string[] {
  let all = [''];
  for (const character of text) {
    const cases = [...new Set([character, character.toUpperCase()])];
    all = all.flatMap((start) => cases.map((one) => start + one));
  }
  return all.sort((one, other) => (isBefore(one, other) ? -1 : 1));
}

describe('the next way to write an address', () => {
  it.each(['a', 'ab', 'k1m@x.kr', 'é@b'])('is the smallest that is not below: %s', (text) => {
    const variants = variantsOf(text);
    const starts = ['', '\0', 'A', 'Z', 'a', 'z', 'zz', '~', '힣', '🍩', ...variants]
      .concat(variants.map((variant) => variant.slice(0, -1)))
      .concat(variants.map((variant) => `${variant}\0`))
      .concat(variants.map((variant) => `${variant.slice(0, -1)}Z`));
    for (const from of starts) {
      const expected = variants.find((variant) => !isBefore(variant, from));
      expect([from, nextCaseVariant(text, from)]).toEqual([from, expected]);
    }
  });
});

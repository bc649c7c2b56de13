import { describe, expect, it } from '@jest/globals';
import { isVisibleText, visibleText } from './visible-text.js';

describe('a text for the subject of a mail', () => {
  it.each([
    ['stays as it is when nothing is hidden', '도넛 👩🏽‍🍳 ❤️‍🔥 1️⃣', '도넛 👩🏽‍🍳 ❤️‍🔥 1️⃣'],
    ['is one line', 'Ring\r\nBcc: lee@example.com', 'Ring Bcc: lee@example.com'],
    ['loses what turns it round', 'Ring \u202egnir\u202c\u2066x\u2069', 'Ring gnirx'],
    ['loses what has no width', '\ufeffDo\u200bnut\u00ad \u200d\u3164', 'Donut'],
    ['loses halves of characters', 'Ring\ud800', 'Ring'],
    ['may have nothing left', '\u200b \u0000', ''],
  ])('%s', (_, text, cleaned) => {
    expect(visibleText(text)).toBe(cleaned);
  });

  it('is accepted after cleaning, for any text', () => {
    const wrong: string[] = [];
    for (let code = 0; code <= 0x10_ffff; code += 1) {
      const text = `a${String.fromCodePoint(code)}b`;
      if (!isVisibleText(visibleText(text))) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  it('is judged in a moment, however long it is', () => {
    expect(isVisibleText(`${' '.repeat(60_000)}\u200b`)).toBe(false);
    expect(isVisibleText('👩‍🍳'.repeat(10_000))).toBe(true);
  });
});

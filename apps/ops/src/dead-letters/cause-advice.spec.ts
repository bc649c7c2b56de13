import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adviceOn } from './cause-advice.js';

describe('the advice on a cause', () => {
  it('is that of docs/errors.md, for every cause there', () => {
    const document = readFileSync(join(import.meta.dirname, '../../../../docs/errors.md'), 'utf8');
    const section = document.split(/^#+ /m).find((part) => part.startsWith('Causes of dead letters\n'))!;
    const rows = section
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .slice(2);
    expect(rows.length).toBeGreaterThan(15);
    for (const row of rows) {
      const [cause, meaning, advice] = row
        .replaceAll('`', '')
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim());
      expect({ cause, ...adviceOn(cause!) }).toEqual({ cause, meaning, advice });
    }
  });

  it('is none for the name of an error', () => {
    expect([adviceOn('TypeError'), adviceOn('constructor')]).toEqual([undefined, undefined]);
  });
});

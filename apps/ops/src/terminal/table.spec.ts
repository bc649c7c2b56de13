import { describe, expect, it } from '@jest/globals';
import { fieldsOf, tableOf } from './table.js';

const COLUMNS = [
  { title: 'SKU' },
  { title: 'PRODUCT' },
  { title: 'UNITS', align: 'right' },
  { title: 'NOTE' },
] as const;

describe('a table', () => {
  it('aligns Korean, which takes two columns a syllable', async () => {
    const rows = [
      ['CP-1', '도넛', 50, 'one'],
      ['CP-22', 'Ring', 1_200, null],
    ];
    expect(await tableOf(COLUMNS, rows, undefined)).toBe(
      ['SKU    PRODUCT  UNITS  NOTE', 'CP-1   도넛        50  one', 'CP-22  Ring      1200  -'].join('\n'),
    );
  });

  it('cuts its last column on a narrow terminal, between characters, and nothing elsewhere', async () => {
    const rows = [['CP-1', 'Ring', 1, '한정판 흑임자 도넛 한정판']];
    const [, row] = (await tableOf(COLUMNS, rows, 40)).split('\n');
    expect(row).toBe('CP-1  Ring         1  한정판 흑임자 도…');
    expect(await tableOf(COLUMNS, rows, undefined)).toContain('한정판 흑임자 도넛 한정판');
  });

  it('lets no cell command the terminal', async () => {
    const text = await tableOf(COLUMNS, [['\x1b[2J', 'a\nb', '\u009b1m', '\u202eabc']], undefined);
    expect(text.split('\n')).toHaveLength(2);
    expect(text).toContain('\\u{1b}[2J  a b');
    expect(text).toContain('\\u{9b}1m');
    expect(text).toContain('\\u{202e}abc');
  });

  it('has no colours where there is no terminal', async () => {
    expect(await tableOf([{ title: 'STOCK' }], [[{ text: 'low', state: 'attention' }]])).toBe('STOCK\nlow');
  });
});

describe('fields', () => {
  it('stand below each other, without those that are not there', async () => {
    const fields = [
      ['State', { text: 'OPEN', state: 'attention' }],
      ['Note', null],
      ['Restock order', '01a2'],
      ['Attempts', 0],
    ] as const;
    expect(await fieldsOf(fields)).toBe('State          OPEN\nRestock order  01a2\nAttempts       0');
  });
});

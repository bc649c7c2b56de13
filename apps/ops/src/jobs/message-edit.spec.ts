import { describe, expect, it } from '@jest/globals';
import { changed } from './message-edit.js';

describe('an edited message', () => {
  const original = { sku: 'RING', quantity: 0, lines: [{ quantity: 1 }], note: null };

  it('has the members that are set, as JSON or as texts, and the original is as it was', () => {
    const { message, changes } = changed(original, [
      'quantity=7',
      'sku=CP-1',
      'lines.0.quantity=2',
      'isLate=true',
      'x=a=b',
    ]);
    expect(message).toEqual({
      sku: 'CP-1',
      quantity: 7,
      lines: [{ quantity: 2 }],
      note: null,
      isLate: true,
      x: 'a=b',
    });
    expect(changes[0]).toEqual({ path: 'quantity', before: 0, after: 7 });
    expect(changes[3]).toEqual({ path: 'isLate', before: undefined, after: true });
    expect(original).toMatchObject({ sku: 'RING', lines: [{ quantity: 1 }] });
    expect(changed(original, ['sku="7"']).message).toMatchObject({ sku: '7' });
  });

  it('is refused for a path that leads nowhere, and for what is no assignment', () => {
    for (const assignment of ['none.a=1', 'note.a=1', 'lines.1.quantity=1', 'quantity', '=7']) {
      expect(() => changed(original, [assignment])).toThrow(expect.objectContaining({ exitStatus: 2 }));
    }
  });

  it('is not changed in its nature by a member of that name', () => {
    const { message } = changed({}, ['__proto__={"a":1}']);
    expect(Object.keys(message)).toEqual(['__proto__']);
    expect(message.a).toBeUndefined();
    expect(() => changed({}, ['__proto__.polluted=1'])).toThrow(/no __proto__/);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

import { describe, expect, it } from '@jest/globals';
import { findId, type Lookup, shortId } from './id-lookup.js';

const FIRST = '01a229f5-999a-70dd-a01b-e16e73754424';
const SECOND = '01a229f5-9da8-71a7-b6b5-5e65105b61ee';
const CLOSED = '01a10000-0000-7000-8000-00000000c105';

const list =
  (...ids: string[]) =>
  async () => ({ items: ids.map((id) => ({ id })), nextCursor: null });
const lookup: Lookup<{ id: string }> = {
  noun: 'dead letter',
  lists: [list(SECOND, FIRST), list(SECOND, FIRST, CLOSED)],
  describe: ({ id }) => (id === FIRST ? 'the first' : 'another'),
};

describe('a part of an id', () => {
  it('is its beginning or its end, with or without dashes, in either case', async () => {
    for (const part of ['01a229f5-999', '01a229f5999', '01A229F5-999', '73754424', '4424', 'e16e-73754424']) {
      expect(await findId(part, lookup)).toBe(FIRST);
    }
    expect(shortId(FIRST)).toBe('73754424');
    expect(await findId(shortId(SECOND), lookup)).toBe(SECOND);
  });

  it('is looked up in the next list only where the one before has none', async () => {
    expect(await findId('01a1', lookup)).toBe(CLOSED);
    expect(await findId('01a22', { ...lookup, lists: [list(FIRST), list(SECOND, FIRST)] })).toBe(FIRST);
  });

  it('is looked up in every page', async () => {
    const pages = async ({ cursor }: { cursor?: string }) => ({
      items: [{ id: cursor ? FIRST : SECOND }],
      nextCursor: cursor ? null : SECOND,
    });
    expect(await findId('4424', { ...lookup, lists: [pages] })).toBe(FIRST);
  });

  it('is refused with the candidates when there are more than one', async () => {
    await expect(findId('01a2', lookup)).rejects.toMatchObject({
      exitStatus: 1,
      message: `The ids of 2 dead letters begin or end with 01a2:\n  ${SECOND}  another\n  ${FIRST}  the first`,
    });
    const many = Array.from({ length: 12 }, (_, index) => `01a229f5-0000-7000-8000-0000000000${index + 10}`);
    await expect(findId('01a2', { ...lookup, lists: [list(...many)] })).rejects.toThrow(/and 2 more$/);
  });

  it('is refused when there is none, or when it is none', async () => {
    await expect(findId('ffff', lookup)).rejects.toThrow(
      'There is no dead letter whose id begins or ends with ffff',
    );
    for (const part of ['01a', 'xyz1', '']) {
      await expect(findId(part, lookup)).rejects.toMatchObject({ exitStatus: 2 });
    }
  });

  it('is not looked up when it is whole', async () => {
    expect(await findId(CLOSED.toUpperCase(), { ...lookup, lists: [] })).toBe(CLOSED);
  });
});

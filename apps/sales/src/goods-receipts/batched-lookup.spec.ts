import { describe, expect, it } from '@jest/globals';
import { BatchedLookup } from './batched-lookup.js';

describe('a lookup in batches', () => {
  /** Keys that begin with `v` have a value. Reads are answered by `finish`, the oldest first. */
  function underTest() {
    const reads: (readonly string[])[] = [];
    const finishing: (() => void)[] = [];
    const lookup = new BatchedLookup((keys) => {
      reads.push(keys);
      const found = new Map(keys.filter((key) => key.startsWith('v')).map((key) => [key, `value of ${key}`]));
      return new Promise((resolve) => finishing.push(() => resolve(found)));
    });
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const finish = async () => {
      finishing.shift()!();
      await turn();
    };
    return { lookup, reads, finish, turn };
  }

  it('reads a key once, and what was asked meanwhile together', async () => {
    const { lookup, reads, finish, turn } = underTest();
    const first = lookup.get('v1');
    await turn();
    const others = ['v1', 'v2', 'x', 'v2'].map((key) => lookup.get(key));
    await turn();
    expect(reads).toEqual([['v1']]);
    await finish();
    expect(reads).toEqual([['v1'], ['v1', 'v2', 'x']]);
    await finish();
    expect(await Promise.all([first, ...others])).toEqual([
      ...['value of v1', 'value of v1', 'value of v2', undefined, 'value of v2'],
    ]);
    expect(await lookup.get('v2')).toBe('value of v2');
    expect(reads).toHaveLength(2);
  });

  it('asks again for a key that had no value', async () => {
    const { lookup, reads, finish, turn } = underTest();
    for (const count of [1, 2]) {
      const found = lookup.get('x');
      await turn();
      await finish();
      expect(await found).toBeUndefined();
      expect(reads).toHaveLength(count);
    }
  });

  it('reads many keys in parts', async () => {
    const { lookup, reads, finish, turn } = underTest();
    const all = Promise.all(Array.from({ length: 1_200 }, (_, index) => lookup.get(`v${index}`)));
    await turn();
    for (let part = 0; part < 3; part += 1) await finish();
    expect((await all).every((value) => value !== undefined)).toBe(true);
    expect(reads.map(({ length }) => length)).toEqual([500, 500, 200]);
  });

  it('fails with its read, and reads again', async () => {
    let isAway = true;
    const lookup = new BatchedLookup(async (keys) => {
      if (isAway) throw new Error('away');
      return new Map(keys.map((key) => [key, 'value']));
    });
    const both = await Promise.allSettled([lookup.get('a'), lookup.get('b')]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isAway = false;
    expect(await lookup.get('a')).toBe('value');
  });

  it('remembers a fixed number of values, the newest', async () => {
    const reads: string[] = [];
    const lookup = new BatchedLookup(async (keys) => {
      reads.push(...keys);
      return new Map(keys.map((key) => [key, 'value']));
    });
    for (let index = 0; index <= 10_000; index += 1) await lookup.get(`${index}`);
    await lookup.get('1');
    expect(reads).toHaveLength(10_001);
    await lookup.get('0');
    expect(reads).toHaveLength(10_002);
  });
});

import { describe, expect, it } from '@jest/globals';
import { filterArguments, letterFilter } from './letter-filter.js';

describe('a filter of dead letters', () => {
  it('is what the API takes', () => {
    expect(letterFilter({ queue: 'restock', factory: 'FF-1', since: '2026-11-30T00:00:00Z' })).toEqual({
      queue: 'restock',
      factoryId: 'FF-1',
      since: '2026-11-30T00:00:00.000Z',
    });
    expect(letterFilter({})).toEqual({});
  });

  it('can be typed again in a shell', () => {
    const filter = { cause: 'FACTORY.REFUSED', text: "it's 422", since: '2026-12-01 03:00' };
    expect(filterArguments(filter)).toBe(
      " --cause FACTORY.REFUSED --text 'it'\\''s 422' --since '2026-12-01 03:00'",
    );
  });
});

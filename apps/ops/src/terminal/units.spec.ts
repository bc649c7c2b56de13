import { describe, expect, it } from '@jest/globals';
import { count, grouped } from './units.js';

describe('numbers for people', () => {
  it('have a noun, and groups of three digits', () => {
    expect([count(0, 'letter'), count(1, 'letter'), count(1_200, 'letter')]).toEqual([
      '0 letters',
      '1 letter',
      '1,200 letters',
    ]);
    expect([grouped(-1_234_567), grouped(999)]).toEqual(['-1,234,567', '999']);
  });
});

import { describe, expect, it } from '@jest/globals';
import { parseArguments } from './arguments.js';
import { UsageError } from '#runtime';

describe('parseArguments', () => {
  it('keeps the data unless it is told otherwise', () => {
    expect(parseArguments([])).toEqual({ fresh: false, help: false });
    expect(parseArguments(['--fresh'])).toEqual({ fresh: true, help: false });
  });

  it('knows --help and -h', () => {
    expect(parseArguments(['--help']).help).toBe(true);
    expect(parseArguments(['-h']).help).toBe(true);
  });

  it('refuses what it does not know, and shows what there is', () => {
    for (const given of [['--frehs'], ['fresh'], ['--fresh=no'], ['-x']]) {
      expect(() => parseArguments(given)).toThrow(UsageError);
      expect(() => parseArguments(given)).toThrow(/npm start -- --fresh/);
    }
  });

  it('tells who forgot the two dashes that npm would have kept the data', () => {
    expect(() => parseArguments([], { npm_config_fresh: 'true' })).toThrow(/npm start -- --fresh/);
  });
});

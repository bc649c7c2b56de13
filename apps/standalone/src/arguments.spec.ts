import { describe, expect, it } from '@jest/globals';
import { parseArguments } from './arguments.js';
import { UsageError } from '#runtime';

describe('parseArguments', () => {
  it('keeps the data unless --fresh is given', () => {
    expect(parseArguments([])).toEqual({ fresh: false, help: false });
    expect(parseArguments(['--fresh'])).toEqual({ fresh: true, help: false });
  });

  it('knows --help and -h', () => {
    expect(parseArguments(['--help']).help).toBe(true);
    expect(parseArguments(['-h']).help).toBe(true);
  });

  it('refuses unknown options, and prints the usage', () => {
    for (const given of [['--frehs'], ['fresh'], ['--fresh=no'], ['-x']]) {
      expect(() => parseArguments(given)).toThrow(UsageError);
      expect(() => parseArguments(given)).toThrow(/npm start -- --fresh/);
    }
  });

  it('reports options without the two dashes, which npm keeps for itself', () => {
    expect(() => parseArguments([], { npm_config_fresh: 'true' })).toThrow(/npm start -- --fresh/);
  });
});

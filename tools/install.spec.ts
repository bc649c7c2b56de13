import { describe, expect, it } from '@jest/globals';
import { installedMatches, nodeVersionFault } from './install.mjs';

describe('the Node that prepares a clone', () => {
  it('is refused when it is too old, in words', () => {
    for (const version of ['18.20.4', '20.18.3']) {
      expect(nodeVersionFault(version)).toMatch(
        `This is Node ${version}. Donut-States needs Node 20.19 or newer`,
      );
    }
  });

  it('may be any newer one', () => {
    for (const version of ['20.19.0', '20.20.2', '22.0.0', '24.21.0', '26.1.0']) {
      expect(nodeVersionFault(version)).toBeUndefined();
    }
  });
});

describe('the installed packages', () => {
  const lock = {
    packages: {
      '': {},
      'node_modules/fastify': { version: '5.0.0', integrity: 'a' },
      'node_modules/native-darwin-arm64': { version: '1.0.0', integrity: 'b', optional: true },
    },
  };
  const fastify = { version: '5.0.0', integrity: 'a' };

  it('match without the optional ones of other machines', () => {
    expect(installedMatches(lock, { packages: { 'node_modules/fastify': fastify } })).toBe(true);
  });

  it('do not match when one is missing, of another version, other than it was, or left over', () => {
    expect(installedMatches(lock, {})).toBe(false);
    for (const change of [{ version: '5.0.1' }, { integrity: 'c' }]) {
      expect(
        installedMatches(lock, { packages: { 'node_modules/fastify': { ...fastify, ...change } } }),
      ).toBe(false);
    }
    const leftOver = { 'node_modules/fastify': fastify, 'node_modules/express': fastify };
    expect(installedMatches(lock, { packages: leftOver })).toBe(false);
  });
});

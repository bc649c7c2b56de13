import { describe, expect, it } from '@jest/globals';
import Type from 'typebox';
import { type EnvironmentError, readEnvironment } from './environment.js';
import { ModeEnvironment, refuseWeakKeys } from './production-keys.js';

const schema = refuseWeakKeys(
  Type.Object({
    ...ModeEnvironment.properties,
    OPERATIONS_API_KEY: Type.String({ minLength: 16, description: 'opens' }),
    CALLBACK_SIGNING_KEY: Type.String({ minLength: 16, description: 'signs' }),
  }),
  ['OPERATIONS_API_KEY', 'CALLBACK_SIGNING_KEY'],
);
const GOOD = { OPERATIONS_API_KEY: 'o'.repeat(32), CALLBACK_SIGNING_KEY: 'c'.repeat(32) };
const EXAMPLE = 'development-only-callback-signing-key';

const faultsOf = (variables: Record<string, string>): readonly string[] => {
  try {
    readEnvironment(schema, { ...GOOD, NODE_ENV: 'production', ...variables });
    return [];
  } catch (error) {
    return (error as EnvironmentError).faults;
  }
};

describe('keys in production', () => {
  it('are taken when they are long, made for it and different', () => {
    expect(faultsOf({})).toEqual([]);
  });

  it.each([
    ['shorter than 32 characters', 'x'.repeat(31), /^OPERATIONS_API_KEY has fewer than 32 characters:/],
    ['an example of this repository', EXAMPLE, /^OPERATIONS_API_KEY is an example that everybody knows:/],
    [
      'both',
      'test-operations-key',
      /^OPERATIONS_API_KEY has fewer .*, and is an example that everybody knows:/,
    ],
  ])('are refused when one is %s, by its name and never by its value', (_, key, fault) => {
    const faults = faultsOf({ OPERATIONS_API_KEY: key });
    expect(faults).toEqual([expect.stringMatching(fault)]);
    expect(faults.join()).not.toContain(key);
  });

  it('are refused when they are equal', () => {
    const faults = faultsOf({ OPERATIONS_API_KEY: GOOD.CALLBACK_SIGNING_KEY });
    expect(faults).toEqual([
      expect.stringMatching(/^OPERATIONS_API_KEY is the same as CALLBACK_SIGNING_KEY:/),
      expect.stringMatching(/^CALLBACK_SIGNING_KEY is the same as OPERATIONS_API_KEY:/),
    ]);
    expect(faults.join()).not.toContain('ccc');
  });

  it('are judged although another variable is faulty, and once each', () => {
    expect(faultsOf({ OPERATIONS_API_KEY: 'short', CALLBACK_SIGNING_KEY: EXAMPLE })).toEqual([
      expect.stringMatching(/^OPERATIONS_API_KEY must not have fewer than 16 characters/),
      expect.stringMatching(/^CALLBACK_SIGNING_KEY is an example/),
    ]);
  });

  it('are the same matter under any other name for it', () => {
    for (const mode of ['prod', 'Production', 'staging']) {
      expect(faultsOf({ NODE_ENV: mode, OPERATIONS_API_KEY: EXAMPLE })).toHaveLength(1);
    }
  });

  it('are of no concern in development, in a test, and where nothing is said', () => {
    const weak = { OPERATIONS_API_KEY: EXAMPLE, CALLBACK_SIGNING_KEY: EXAMPLE };
    for (const mode of ['development', 'test', '']) expect(faultsOf({ ...weak, NODE_ENV: mode })).toEqual([]);
  });
});

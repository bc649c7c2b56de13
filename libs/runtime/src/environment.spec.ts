import { describe, expect, it } from '@jest/globals';
import Type from 'typebox';
import { EnvironmentError, readEnvironment } from './environment.js';

const schema = Type.Object({
  PORT: Type.Integer({ default: 3000, minimum: 1, maximum: 65535, description: 'where it listens' }),
  SECRET: Type.String({ minLength: 16, description: 'signs callbacks' }),
  KEY: Type.String({ minLength: 8, description: 'opens the operations routes' }),
  NOTE: Type.Optional(Type.String()),
});

describe('readEnvironment', () => {
  it('converts numbers and fills in defaults', () => {
    expect(readEnvironment(schema, { SECRET: 'x'.repeat(16), KEY: 'y'.repeat(8) })).toEqual({
      PORT: 3000,
      SECRET: 'x'.repeat(16),
      KEY: 'y'.repeat(8),
    });
    expect(readEnvironment(schema, { PORT: '8080', SECRET: 'x'.repeat(16), KEY: 'y'.repeat(8) }).PORT).toBe(
      8080,
    );
  });

  it('lists every fault at once, and no value: a value may be a secret', () => {
    const read = () => readEnvironment(schema, { PORT: 'ninety', SECRET: 'too-short', KEY: '' });
    expect(read).toThrow(EnvironmentError);
    try {
      read();
    } catch (error) {
      const { faults, message } = error as EnvironmentError;
      expect(faults).toHaveLength(3);
      expect(message).toMatch(/PORT must be integer: where it listens/);
      expect(message).toMatch(/SECRET must not have fewer than 16 characters/);
      expect(message).toMatch(/KEY is missing: opens the operations routes/);
      expect(message).not.toMatch(/too-short|ninety/);
    }
  });
});

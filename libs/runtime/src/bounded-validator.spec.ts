import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { boundedValidator, type ValidationFault, type Validator } from './bounded-validator.js';

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['lines'],
  properties: {
    lines: {
      type: 'array',
      maxItems: 50,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['sku', 'quantity'],
        properties: { sku: { type: 'string', pattern: '^[A-Z]{1,64}$' }, quantity: { type: 'integer' } },
      },
    },
    email: { type: 'string', maxLength: 254, format: 'email' },
  },
};

/** As many members, elements or characters as fit into 64 KiB. */
const HUGE: [name: string, body: unknown, fault: Partial<ValidationFault>][] = [
  ['32,000 numbers for lines', { lines: Array(32_000).fill(0) }, { keyword: 'maxItems' }],
  ['20,000 empty lines', { lines: Array(20_000).fill({}) }, { keyword: 'maxItems' }],
  ['6,000 unknown members', { lines: [], ...members(6_000) }, { keyword: 'additionalProperties' }],
  [
    '6,000 unknown members of a line',
    { lines: [{ sku: 'A', quantity: 1, ...members(6_000) }] },
    { keyword: 'additionalProperties' },
  ],
  ['an unknown name of 60 KB', { lines: [], ['x'.repeat(60_000)]: 1 }, { keyword: 'additionalProperties' }],
  ['an address of 60 KB', { lines: [], email: `a@${'a.'.repeat(30_000)}` }, { keyword: 'maxLength' }],
  ['50 names of 1 KB', { lines: Array(50).fill({ sku: 'a'.repeat(1_000) }) }, { keyword: 'required' }],
  ['32,000 numbers and no object', Array(32_000).fill(0), { keyword: 'type' }],
];

describe('a bounded validator', () => {
  const calls = { failFast: 0, collectAll: 0 };
  const counted = (name: keyof typeof calls, allErrors: boolean): Validator => {
    const compiled = addFormats.default(new Ajv({ allErrors })).compile(SCHEMA);
    const validator: Validator = (value) => {
      calls[name] += 1;
      const isValid = compiled(value);
      validator.errors = compiled.errors;
      return isValid;
    };
    return validator;
  };
  const validate = boundedValidator(counted('failFast', false), counted('collectAll', true));

  it.each(HUGE)('never collects the faults of %s', (_, body, fault) => {
    calls.collectAll = 0;
    expect(validate(body)).toBe(false);
    expect(calls.collectAll).toBe(0);
    expect(validate.errors).toHaveLength(2);
    expect(validate.errors![0]).toMatchObject(fault);
    expect(validate.errors![1]).toMatchObject({
      instancePath: '',
      message: expect.stringMatching(/too large/),
    });
  });

  it('collects every fault of a small body', () => {
    expect(validate({ lines: [{ sku: 'a', quantity: 'x' }, {}], email: 'kim', gift: 1 })).toBe(false);
    expect(validate.errors!.map(({ keyword }) => keyword).sort()).toEqual(
      ['additionalProperties', 'format', 'pattern', 'required', 'required', 'type'].sort(),
    );
  });

  it('collects every fault of the largest request that has a sound size', () => {
    expect(validate({ lines: Array(50).fill({ sku: 'a', quantity: 0.5 }) })).toBe(false);
    expect(validate.errors).toHaveLength(100);
  });

  it('validates a valid value once', () => {
    Object.assign(calls, { failFast: 0, collectAll: 0 });
    expect(validate({ lines: Array(50).fill({ sku: 'A'.repeat(64), quantity: 1 }) })).toBe(true);
    expect(calls).toEqual({ failFast: 1, collectAll: 0 });
  });
});

function members(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`member${index}`, 1]));
}

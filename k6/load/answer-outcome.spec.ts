import { describe, expect, it } from '@jest/globals';
import { countedOutcomes, outcomeOf } from './answer-outcome.js';

function answer(status: number, { code, replayed = false, error = 0 }: Partial<Facts> = {}) {
  const headers: Record<string, string> = replayed ? { 'Idempotent-Replayed': 'true' } : {};
  return { status, headers, body: code ? JSON.stringify({ status, code }) : null, error_code: error };
}

interface Facts {
  code: string;
  replayed: boolean;
  error: number;
}

describe('the outcome of an answer', () => {
  it.each([
    ['accepted', answer(201)],
    ['waiting', answer(202)],
    ['replayed', answer(201, { replayed: true })],
    ['replayed', answer(202, { replayed: true })],
    ['replayed', answer(200, { replayed: true })],
    ['refused', answer(409, { code: 'STOCK.INSUFFICIENT' })],
    ['early', answer(409, { code: 'SALE.NOT_OPEN' })],
    ['limited', answer(409, { code: 'SALE.LIMIT_REACHED' })],
    ['shed', answer(429)],
    ['shed', answer(503, { code: 'SALE.OVERLOADED' })],
    ['unknown', answer(503, { code: 'DATABASE.UNAVAILABLE' })],
    ['unexpected', answer(200)],
    ['unexpected', answer(422, { code: 'SALE.QUANTITY_EXCEEDED' })],
    ['unreached', answer(0, { error: 1212 })],
    ['unknown', answer(0, { error: 1050 })],
  ])('is %s', (outcome, given) => {
    expect(outcomeOf(given)).toBe(outcome);
  });
});

describe('the outcomes of one key', () => {
  it('count one sale, however often it is sent', () => {
    expect(countedOutcomes(['replayed', 'accepted'], false)).toEqual(['accepted', 'replayed']);
    expect(countedOutcomes(['unknown', 'replayed'], false)).toEqual(['unknown', 'accepted']);
    expect(countedOutcomes(['refused', 'accepted'], false)).toEqual(['refused', 'accepted']);
  });

  it('count one that waits, though a repeat was answered after it was filled', () => {
    expect(countedOutcomes(['replayed', 'waiting'], true)).toEqual(['waiting', 'replayed']);
  });

  it('are unknown when the answer is lost that tells whether it has waited', () => {
    expect(countedOutcomes(['unknown', 'replayed'], true)).toEqual(['unknown', 'unknown']);
  });
});

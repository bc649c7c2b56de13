import { describe, expect, it } from '@jest/globals';
import { type LoadResult } from '../load/load.js';
import { SCENARIOS } from '../scenarios.js';
import { SUBJECTS } from '../subjects/subject.js';
import { type Evidence, judge } from './verdict.js';

const LOAD: LoadResult = {
  requests: 1_000,
  durationMs: 2_000,
  otherAnswers: 0,
  unanswered: 0,
  p50Ms: 1,
  p999Ms: 0,
  p99Ms: 2,
  freshKeys: 1_050,
  replays: 0,
};

/** 1,000 sales that all is well with, but for what is given. */
function evidence(given: Partial<Evidence> = {}): Evidence {
  return {
    subject: SUBJECTS.product,
    scenario: SCENARIOS.hot,
    connections: 50,
    load: LOAD,
    outcomes: { confirmed: 1_000, replayed: 0, refused: 0 },
    onHandBefore: 5_000,
    books: { sales: 1_000, keys: 1_000, units: 1_000, onHand: 4_000, lowestOnHand: 0 },
    ...given,
  };
}

const { books } = evidence();

describe('the verdict on a measurement', () => {
  it('finds nothing where clients, rows and stock agree', () => {
    expect(judge(evidence())).toEqual({
      requestsPerSecond: 500,
      otherAnswers: 0,
      oversold: 0,
      lost: 0,
      faults: [],
    });
  });

  it('counts a confirmed sale without a row as lost', () => {
    expect(judge(evidence({ books: { ...books, sales: 997, keys: 997, units: 997 } })).lost).toBe(3);
  });

  it('counts a sale as lost that the process confirmed when its client had gone', () => {
    const outcomes = { confirmed: 1_004, replayed: 0, refused: 0 };
    expect(judge(evidence({ outcomes })).lost).toBe(4);
  });

  it('takes no repeated answer for a lost sale', () => {
    const outcomes = { confirmed: 900, replayed: 100, refused: 0 };
    const fewer = { sales: 900, keys: 900, units: 900, onHand: 4_100, lowestOnHand: 0 };
    expect(judge(evidence({ scenario: SCENARIOS.replays, outcomes, books: fewer }))).toMatchObject({
      lost: 0,
      faults: [],
    });
  });

  it('counts units that were sold and have not left the stock as oversold', () => {
    expect(judge(evidence({ books: { ...books, onHand: 4_010 } })).oversold).toBe(10);
  });

  it('counts units below zero as oversold', () => {
    expect(judge(evidence({ books: { ...books, lowestOnHand: -7 } })).oversold).toBe(7);
  });

  it('sees by its stock alone that a subject without books oversold', () => {
    const lazy = evidence({
      subject: SUBJECTS.course,
      books: { ...books, sales: 0, keys: 0, units: 0, onHand: 4_600 },
    });
    expect(judge(lazy)).toMatchObject({ oversold: 600, lost: null });
  });

  it('does not count other answers as sales', () => {
    const load = { ...LOAD, otherAnswers: 400 };
    const outcomes = { confirmed: 600, replayed: 0, refused: 0 };
    const fewer = { sales: 600, keys: 600, units: 600, onHand: 4_400, lowestOnHand: 0 };
    expect(judge(evidence({ load, outcomes, books: fewer }))).toMatchObject({
      requestsPerSecond: 300,
      otherAnswers: 400,
      lost: 0,
    });
  });

  it('counts refusals where everything is sold out, and calls a sale there a fault', () => {
    const load = { ...LOAD, otherAnswers: 1_000 };
    const none = { sales: 0, keys: 0, units: 0, onHand: 5_000, lowestOnHand: 0 };
    const soldOut = { scenario: SCENARIOS['sold-out'], load, books: none };
    const refused = { confirmed: 0, replayed: 0, refused: 1_000 };
    expect(judge(evidence({ ...soldOut, outcomes: refused }))).toMatchObject({
      requestsPerSecond: 500,
      otherAnswers: 0,
      faults: [],
    });
    const sold = { confirmed: 1, replayed: 0, refused: 999 };
    expect(
      judge(evidence({ ...soldOut, outcomes: sold, books: { ...none, sales: 1, keys: 1, units: 1 } })).faults,
    ).toContain('1 sales of what is sold out');
  });

  it.each([
    ['a key with two sales', { books: { ...books, keys: 999 } }, '1000 sales under 999 keys'],
    [
      'more sales than requests',
      { load: { ...LOAD, freshKeys: 990 } },
      '1000 sales of 990 different requests',
    ],
    [
      'new keys that pass for used ones',
      { outcomes: { confirmed: 1_000, replayed: 2, refused: 0 } },
      '2 new requests were answered as repeated ones',
    ],
    [
      'more unheard sales than connections',
      { connections: 50, load: { ...LOAD, requests: 949 } },
      '51 sales that no client was told of, over 50 connections',
    ],
  ])('calls %s a fault', (_name, given, fault) => {
    expect(judge(evidence(given)).faults).toEqual([fault]);
  });
});

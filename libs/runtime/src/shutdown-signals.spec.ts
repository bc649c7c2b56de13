import { describe, expect, it } from '@jest/globals';
import { SignalCounter } from './shutdown-signals.js';

/** What the signals at these times mean, in ms. */
const meanings = (...times: number[]) => {
  const counter = new SignalCounter();
  return times.map((time) => counter.take(time));
};

describe('the signals that ask a process to end', () => {
  it('stop it once; the second changes nothing; a third within 10 s of the first ends it', () => {
    expect(meanings(0, 1_000, 10_000)).toEqual(['stop', 'wait', 'end']);
  });

  it('never end it later than that, however many come', () => {
    expect(meanings(0, 1_000, 10_001, 11_000, 60_000)).toEqual(['stop', 'wait', 'wait', 'wait', 'wait']);
  });

  it('count once when they are delivered more than once', () => {
    expect(meanings(0, 3, 499, 700, 701, 702, 1_300)).toEqual([
      'stop',
      'repeated',
      'repeated',
      'wait',
      'repeated',
      'repeated',
      'end',
    ]);
  });

  it('announce the effect of a third signal, while it has one', () => {
    const counter = new SignalCounter();
    counter.take(0);
    expect(counter.notice(9_000)).toMatch(/finished first\. A third signal within 10 s of the first ends it/);
    expect(counter.notice(10_001)).toMatch(/finished first\.$/);
  });
});

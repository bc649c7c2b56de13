import { describe, expect, it } from '@jest/globals';
import { type Circuit } from './circuit.entity.js';
import {
  admit,
  type CircuitLimits,
  isProbeDue,
  promiseProbe,
  recordAnsweredCall,
  recordFailedCall,
} from './circuit-rules.js';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const later = (ms: number) => new Date(NOW.getTime() + ms);

const LIMITS: CircuitLimits = {
  failureThreshold: 3,
  probeIntervalMs: 30_000,
  callsPerMinute: 60,
  burst: 2,
};

function closed(): Circuit {
  return {
    name: 'factory:FF-1',
    state: 'CLOSED',
    failures: 0,
    openedAt: null,
    retryAt: null,
    probe: null,
    reason: null,
    toldAt: null,
    nextCallAt: null,
  };
}

function opened(): Circuit {
  const circuit = closed();
  for (let failure = 0; failure < 3; failure += 1) recordFailedCall(circuit, 'away', NOW, LIMITS);
  return circuit;
}

describe('a closed circuit', () => {
  it('admits a burst, then one call an interval', () => {
    const circuit = closed();
    expect(admit(circuit, 'a', NOW, LIMITS)).toEqual({ kind: 'ADMITTED' });
    expect(admit(circuit, 'b', NOW, LIMITS)).toEqual({ kind: 'ADMITTED' });
    const refused = { kind: 'REFUSED', cause: 'RATE', until: later(1_000) };
    expect(admit(circuit, 'c', NOW, LIMITS)).toEqual(refused);
    // A refusal counts for nothing.
    expect(admit(circuit, 'c', later(999), LIMITS)).toEqual(refused);
    expect(admit(circuit, 'c', later(1_000), LIMITS)).toEqual({ kind: 'ADMITTED' });
    expect(admit(circuit, 'd', later(1_000), LIMITS)).toMatchObject({ until: later(2_000) });
  });

  it('admits as many in a minute as the rate says, and the burst, however often it is asked', () => {
    const circuit = closed();
    let admitted = 0;
    for (let ms = 0; ms < 60_000; ms += 100) {
      if (admit(circuit, String(ms), later(ms), LIMITS).kind === 'ADMITTED') admitted += 1;
    }
    expect(admitted).toBe(61);
  });

  it('keeps no more than a burst of a long silence', () => {
    const circuit = closed();
    admit(circuit, 'a', NOW, LIMITS);
    const at = later(3_600_000);
    const kinds = ['b', 'c', 'd'].map((caller) => admit(circuit, caller, at, LIMITS).kind);
    expect(kinds).toEqual(['ADMITTED', 'ADMITTED', 'REFUSED']);
  });

  it('opens at the threshold of failures in a row', () => {
    const circuit = closed();
    recordFailedCall(circuit, 'one', NOW, LIMITS);
    recordFailedCall(circuit, 'two', NOW, LIMITS);
    recordAnsweredCall(circuit);
    recordFailedCall(circuit, 'three', NOW, LIMITS);
    recordFailedCall(circuit, 'four', NOW, LIMITS);
    expect(circuit).toMatchObject({ state: 'CLOSED', failures: 2, reason: 'four', retryAt: null });
    recordFailedCall(circuit, 'five', later(5), LIMITS);
    expect(circuit).toMatchObject({
      state: 'OPEN',
      openedAt: later(5),
      retryAt: later(30_005),
      reason: 'five',
    });
  });

  it('opens at once for as long as the dependency announced, and never for less than a probe interval', () => {
    const long = closed();
    recordFailedCall(long, 'maintenance', NOW, LIMITS, 600_000);
    expect(long).toMatchObject({ state: 'OPEN', retryAt: later(600_000) });
    const short = closed();
    recordFailedCall(short, 'maintenance', NOW, LIMITS, 1_000);
    expect(short).toMatchObject({ state: 'OPEN', retryAt: later(30_000) });
  });
});

describe('an open circuit', () => {
  it('admits one probe an interval', () => {
    const circuit = opened();
    const outage = { kind: 'REFUSED', cause: 'OUTAGE', until: later(30_000) };
    expect(admit(circuit, 'a', later(29_999), LIMITS)).toEqual(outage);
    expect(isProbeDue(circuit, later(29_999))).toBe(false);
    expect(isProbeDue(circuit, later(30_000))).toBe(true);
    expect(admit(circuit, 'a', later(30_000), LIMITS)).toEqual({ kind: 'ADMITTED' });
    expect(admit(circuit, 'b', later(30_000), LIMITS)).toMatchObject({
      cause: 'OUTAGE',
      until: later(60_000),
    });
    expect(isProbeDue(circuit, later(30_000))).toBe(false);
  });

  it('admits the caller that a probe was promised to, and no other', () => {
    const circuit = opened();
    promiseProbe(circuit, 'chosen', later(30_000), LIMITS);
    expect(admit(circuit, 'other', later(30_001), LIMITS)).toMatchObject({ cause: 'OUTAGE' });
    expect(admit(circuit, 'chosen', later(30_001), LIMITS)).toEqual({ kind: 'ADMITTED' });
  });

  it('stays open after a failed probe, since its first failure, and forgets who probed', () => {
    const circuit = opened();
    admit(circuit, 'a', later(30_000), LIMITS);
    recordFailedCall(circuit, 'still away', later(31_000), LIMITS);
    expect(circuit).toMatchObject({ state: 'OPEN', openedAt: NOW, retryAt: later(61_000), probe: null });
    expect(admit(circuit, 'a', later(31_001), LIMITS)).toMatchObject({ cause: 'OUTAGE' });
  });

  it('keeps an announced wait when a call that was under way fails after it', () => {
    const circuit = closed();
    recordFailedCall(circuit, 'maintenance', NOW, LIMITS, 3_600_000);
    recordFailedCall(circuit, 'no answer', later(1_000), LIMITS);
    expect(circuit).toMatchObject({ retryAt: later(3_600_000) });
  });

  it('closes with one answer', () => {
    const circuit = { ...opened(), toldAt: NOW };
    expect(recordAnsweredCall(circuit)).toBe(true);
    expect(circuit).toEqual(closed());
    expect(recordAnsweredCall(circuit)).toBe(false);
  });
});

import { describe, expect, it } from '@jest/globals';
import { ClockOffset } from './clock-offset.js';

const NOON = Date.UTC(2026, 0, 1, 12);

describe('the offset of a clock elsewhere', () => {
  it('is unknown before the first reading', () => {
    const offset = new ClockOffset();
    expect([offset.isKnown, offset.at(0), offset.errorMs(0)]).toEqual([false, undefined, undefined]);
  });

  it('assumes the middle of the round trip, and states half of it as the error', () => {
    const offset = new ClockOffset();
    offset.record(new Date(NOON), 1_000, 1_010);
    expect(offset.at(1_005)!.getTime()).toBe(NOON);
    expect(offset.at(2_005)!.getTime()).toBe(NOON + 1_000);
    expect(offset.errorMs(1_010)).toBeCloseTo(5.5);
  });

  it('is never wrong by more than it says, wherever in the round trip the clock was read', () => {
    const offset = new ClockOffset();
    for (const [sent, read, received] of [
      [0, 0, 9],
      [100, 109, 109],
      [200, 201.9, 203],
      [300, 300, 300.4],
      [9_000, 9_000, 9_040],
    ] as const) {
      offset.record(new Date(Math.floor(NOON + read)), sent, received);
      for (const moment of [received, received + 500]) {
        const wrongBy = Math.abs(offset.at(moment)!.getTime() - (NOON + moment));
        // A Date has whole milliseconds.
        expect(wrongBy).toBeLessThanOrEqual(offset.errorMs(moment)! + 1);
      }
    }
  });

  it('keeps a good reading until a worse one is better than an old one', () => {
    const offset = new ClockOffset();
    offset.record(new Date(NOON), 0, 1);
    offset.record(new Date(NOON + 1_030), 1_000, 1_060);
    expect(offset.errorMs(1_060)).toBeLessThan(2);
    offset.record(new Date(NOON + 200_002), 200_000, 200_004);
    expect(offset.errorMs(200_004)).toBeCloseTo(2.5);
  });

  it('believes a clock that was set, however good the reading before was', () => {
    const offset = new ClockOffset();
    offset.record(new Date(NOON), 0, 1);
    offset.record(new Date(NOON + 61_000), 1_000, 1_050);
    expect(offset.at(1_025)!.getTime()).toBe(NOON + 61_000);
  });
});

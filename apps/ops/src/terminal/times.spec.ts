import { describe, expect, it } from '@jest/globals';
import { ageOf, durationMs, fullTime, shownTime, timeOf } from './times.js';

const NOW = new Date(2026, 10, 30, 3, 12, 5);
const before = (ms: number) => new Date(NOW.getTime() - ms);
const ago = (ms: number) => before(ms).toISOString();

describe('times for people', () => {
  it('are of the local zone, with their age, and their date where that is another', () => {
    expect(shownTime(ago(180_000), NOW)).toBe('03:09:05 (3 min ago)');
    expect(shownTime(ago(4 * 3_600_000), NOW)).toBe('2026-11-29 23:12 (4 h ago)');
    expect(shownTime(null, NOW)).toBeUndefined();
    expect(fullTime(ago(180_000), NOW)).toMatch(/^2026-11-30 03:09:05 [+-]\d\d:\d\d \(3 min ago\)$/);
  });

  it('have an age in the unit that fits', () => {
    const ages = [0, 999, 1_000, 59_999, 60_000, 3_599_999, 3_600_000, 47 * 3_600_000, 48 * 3_600_000];
    expect(ages.map((ms) => ageOf(before(ms), NOW))).toEqual([
      ...[
        'now',
        'now',
        '1 s ago',
        '59 s ago',
        '1 min ago',
        '59 min ago',
        '1 h ago',
        '47 h ago',
        '2 days ago',
      ],
    ]);
    expect(ageOf(before(-90_000), NOW)).toBe('in 2 min');
    expect(ageOf(before(-7_190_000), NOW)).toBe('in 2 h');
  });
});

describe('times of people', () => {
  it('are a span ago, or a date and time of the local zone, or of the one that they name', () => {
    expect(timeOf('2h', NOW)).toBe(ago(7_200_000));
    expect(timeOf('2026-11-30', NOW)).toBe(new Date(2026, 10, 30).toISOString());
    expect(timeOf('2026-11-30 02:30', NOW)).toBe(new Date(2026, 10, 30, 2, 30).toISOString());
    expect(timeOf('2026-11-30T03:00:00Z', NOW)).toBe('2026-11-30T03:00:00.000Z');
    expect(timeOf('2026-11-30T03:00:00+09:00', NOW)).toBe('2026-11-29T18:00:00.000Z');
  });

  it('are refused when they are none', () => {
    for (const text of ['yesterday', '2026', '2026-13-01', '', '-2h', '5']) {
      expect(() => timeOf(text, NOW)).toThrow(expect.objectContaining({ exitStatus: 2 }));
    }
  });

  it('are spans in seconds, minutes, hours and days', () => {
    expect(['90s', '5m', '5min', '2h', '1d'].map(durationMs)).toEqual([
      90_000, 300_000, 300_000, 7_200_000, 86_400_000,
    ]);
    expect(() => durationMs('2 weeks')).toThrow('2 weeks is no time span such as 90s, 30min, 2h or 1d');
  });
});

import { describe, expect, it } from '@jest/globals';
import { GATE_PLACE, htmlOf } from './summary-page.js';
import { textOf } from './summary-text.js';
import { recordOf } from './summary.js';

const counter = (count: number, thresholds?: object) => ({ values: { count }, thresholds });

/** What k6 hands to `handleSummary`, shortened: 10 s of load after 3 s of setup. */
function handed(products: object[] = [{ sku: 'K6-<A>', adjustedUnits: 100 }]) {
  return {
    metrics: {
      load_clock: { values: { min: 1_000_000, max: 1_010_000 } },
      sales_sent: counter(1_200),
      sales_accepted: counter(700),
      'sales_accepted{phase:spike}': counter(600),
      sales_refused: counter(500, { 'count>900': { ok: false } }),
      'sales_refused{phase:spike}': counter(400, { 'count>0': { ok: true } }),
      lines_accepted: counter(700),
      units_accepted: counter(1_400),
      'lines_accepted{product:1}': counter(300),
      'units_accepted{product:1}': counter(500),
      'answer_time{outcome:accepted}': { values: { med: 1, 'p(95)': 2, 'p(99)': 3, max: 4 } },
    },
    setup_data: { runId: 'surge-1', products, maxLines: 1, maxQuantity: 3 },
    state: { testRunDurationMs: 13_000 },
  };
}

describe('the summary of a run', () => {
  it('separates accepted and refused throughput, of the load time alone', () => {
    const { seconds, outcomes, spike } = recordOf('surge', handed(), { name: 'spike', seconds: 5 });
    expect(seconds).toBe(10);
    expect(outcomes).toContainEqual({ outcome: 'accepted', count: 700, perSecond: 70 });
    expect(outcomes).toContainEqual({ outcome: 'refused', count: 500, perSecond: 50 });
    expect(spike!.outcomes).toEqual([
      { outcome: 'accepted', count: 600, perSecond: 120 },
      { outcome: 'refused', count: 400, perSecond: 80 },
    ]);
  });

  it('has the counts of the run for one product, and those of each for several', () => {
    expect(recordOf('surge', handed()).products).toEqual([
      { sku: 'K6-<A>', adjustedUnits: 100, acceptedLines: 700, acceptedUnits: 1_400 },
    ]);
    const several = recordOf('soak', handed([{ sku: 'A' }, { sku: 'B' }])).products;
    expect(several).toEqual([
      { sku: 'A', acceptedLines: 0, acceptedUnits: 0 },
      { sku: 'B', acceptedLines: 300, acceptedUnits: 500 },
    ]);
  });

  it('prints which thresholds hold', () => {
    const text = textOf(recordOf('surge', handed()));
    expect(text).toContain('thresholds: 1 of 2 hold');
    expect(text).toContain('FAILED sales_refused: count>900');
    expect(text).toMatch(/accepted \(201\) +700 +70\.0/);
  });

  it('is one page that needs nothing from anywhere, with room for the gate', () => {
    const page = htmlOf(recordOf('surge', handed()));
    expect(page.split(GATE_PLACE)).toHaveLength(2);
    expect(page).toContain('K6-&lt;A>');
    expect(page).toContain('1 of 2 thresholds do not hold');
    expect(page).not.toMatch(/\b(?:src|href)=|@import|url\(/);
  });

  it('is whole when setup failed and nothing was sent', () => {
    const run = recordOf('surge', { metrics: {}, state: { testRunDurationMs: 1 } });
    expect(run).toMatchObject({ sent: 0, products: [] });
    expect(htmlOf(run)).toContain('All thresholds hold');
  });
});

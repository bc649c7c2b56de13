/** What a run reports: a text for the terminal, a page, and the record that the gate reads. */
import { OUTCOMES } from './figures.js';
import { htmlOf } from './summary-page.js';
import { textOf } from './summary-text.js';

/** Their times are shown for every script. */
const ALWAYS_TIMED = ['accepted', 'refused'];

/**
 * For `export const handleSummary`. Files are written beside `SUMMARY_FILE`, which `npm run k6` gives.
 *
 * @param script its name
 * @param spike the phase whose throughput is shown apart, `{name, seconds}`, if the profile has one
 */
export function summaryOf(script, spike) {
  return (data) => {
    const run = recordOf(script, data, spike);
    const file = __ENV.SUMMARY_FILE;
    return {
      stdout: textOf(run),
      ...(file && { [`${file}.json`]: JSON.stringify(run, null, 2), [`${file}.html`]: htmlOf(run) }),
    };
  };
}

/** @returns plain values only: it is kept as JSON */
export function recordOf(script, { metrics, setup_data: data, state }, spike) {
  const value = (metric, name) => metrics[metric]?.values[name] ?? 0;
  const products = data?.products ?? [];
  const startedAt = value('load_clock', 'min');
  const seconds = Math.max(0.001, (value('load_clock', 'max') - startedAt) / 1_000);
  const answered = (outcome, phase, phaseSeconds) => {
    const tags = phase ? `{phase:${phase}}` : '';
    const count = value(`sales_${outcome}${tags}`, 'count');
    return { outcome, count, perSecond: count / phaseSeconds };
  };
  return {
    script,
    runId: data?.runId ?? null,
    startedAt: new Date(startedAt).toISOString(),
    seconds,
    testSeconds: state.testRunDurationMs / 1_000,
    sent: value('sales_sent', 'count'),
    outcomes: Object.keys(OUTCOMES).map((outcome) => answered(outcome, undefined, seconds)),
    times: Object.keys(OUTCOMES)
      .filter((outcome) => ALWAYS_TIMED.includes(outcome) || metrics[timeMetric(outcome)])
      .map((outcome) => ({ outcome, ...timesOf(metrics[timeMetric(outcome)]?.values ?? {}) })),
    spike: spike
      ? {
          seconds: spike.seconds,
          outcomes: ['accepted', 'refused'].map((outcome) => answered(outcome, spike.name, spike.seconds)),
        }
      : null,
    hasWaitlist: data?.hasWaitlist ?? false,
    left: {
      confirmed: value('waits_left', 'count'),
      unknown: value('waits_left_unknown', 'count'),
    },
    opening: data?.opening
      ? {
          ...data.opening,
          firstAcceptedAt: metrics.accepted_at?.values.min ?? null,
          lastEarlyAt: metrics.early_at?.values.max ?? null,
        }
      : null,
    maxLines: data?.maxLines ?? 0,
    maxQuantity: data?.maxQuantity ?? 0,
    droppedIterations: value('dropped_iterations', 'count'),
    // With one product its counts are those of the run; with several each has counts of its own.
    products: products.map((product, index) => {
      const tags = products.length > 1 ? `{product:${index}}` : '';
      return {
        ...product,
        acceptedLines: value(`lines_accepted${tags}`, 'count'),
        acceptedUnits: value(`units_accepted${tags}`, 'count'),
      };
    }),
    thresholds: Object.entries(metrics)
      .sort()
      .flatMap(([metric, { thresholds = {} }]) =>
        Object.entries(thresholds).map(([rule, { ok }]) => ({ rule: `${metric}: ${rule}`, ok })),
      ),
  };
}

function timeMetric(outcome) {
  return `answer_time{outcome:${outcome}}`;
}

function timesOf(values) {
  return {
    medMs: values.med ?? 0,
    p95Ms: values['p(95)'] ?? 0,
    p99Ms: values['p(99)'] ?? 0,
    maxMs: values.max ?? 0,
  };
}

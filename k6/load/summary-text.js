/** The summary on the terminal. */
import { ms, OUTCOMES, rate, shownOutcomes, whole } from './figures.js';

/** So many thresholds are listed on the terminal; of more only those that do not hold. The page lists them all. */
const MAX_LINES = 20;

/** What stands on the terminal. */
export function textOf(run) {
  const row = (...cells) =>
    `  ${cells[0].padEnd(28)}${cells
      .slice(1)
      .map((cell) => cell.padStart(12))
      .join('')}`;
  const failed = run.thresholds.filter(({ ok }) => !ok);
  const shown = run.thresholds.length > MAX_LINES ? failed : run.thresholds;
  const spikeRows = run.spike
    ? [
        '',
        row(`in the spike (${run.spike.seconds} s)`, 'sales', 'per second'),
        ...run.spike.outcomes.map((one) => row(OUTCOMES[one.outcome], whole(one.count), rate(one.perSecond))),
      ]
    : [];
  const lines = [
    '',
    `  ${run.script}: ${run.seconds.toFixed(1)} s of load, ${whole(run.sent)} requests for a sale`,
    '',
    row('', 'answers', 'per second'),
    ...shownOutcomes(run.outcomes).map((one) =>
      row(OUTCOMES[one.outcome], whole(one.count), rate(one.perSecond)),
    ),
    ...spikeRows,
    '',
    row('time of an answer', 'median', 'p95', 'p99', 'longest'),
    ...run.times.map((one) =>
      row(OUTCOMES[one.outcome], ms(one.medMs), ms(one.p95Ms), ms(one.p99Ms), ms(one.maxMs)),
    ),
    '',
    row('not sent: k6 was too slow', whole(run.droppedIterations)),
    '',
    `  thresholds: ${run.thresholds.length - failed.length} of ${run.thresholds.length} hold`,
    ...shown.map(({ rule, ok }) => `    ${ok ? 'ok    ' : 'FAILED'} ${rule}`),
    '',
  ];
  return `${lines.join('\n')}\n`;
}

/** The summary as a page. */
import { ms, OUTCOMES, rate, shownOutcomes, whole } from './figures.js';

/** Where the gate's result is put once it is known. */
export const GATE_PLACE = '<!-- gate -->';

/** One page, which needs nothing from anywhere. */
export function htmlOf(run) {
  const failed = run.thresholds.filter(({ ok }) => !ok).length;
  const verdict =
    failed === 0 ? 'All thresholds hold' : `${failed} of ${run.thresholds.length} thresholds do not hold`;
  const most = Math.max(1, ...run.outcomes.map(({ count }) => count));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(run.script)}: ${verdict}</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem; width: 100%; }
th, td { padding: 0.25rem 0.75rem; text-align: right; border-bottom: 1px solid #8884; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child, td.text { text-align: left; }
.ok { color: #188038; } .failed { color: #d93025; font-weight: 600; }
.bar { background: #4285f4; display: inline-block; height: 0.7rem; }
</style>
</head>
<body>
<h1>${escaped(run.script)}</h1>
<p class="${failed === 0 ? 'ok' : 'failed'}">${verdict}.</p>
<p>${escaped(run.startedAt)}, ${run.seconds.toFixed(1)} s of load, ${whole(run.sent)} requests for a sale. ${escaped(run.runId ?? '')}</p>
${GATE_PLACE}
<h2>Throughput</h2>
${table(
  ['', 'answers', 'per second', ''],
  shownOutcomes(run.outcomes).map(({ outcome, count, perSecond }) => [
    escaped(OUTCOMES[outcome]),
    whole(count),
    rate(perSecond),
    `<span class="bar" style="width:${((8 * count) / most).toFixed(2)}rem"></span>`,
  ]),
)}
${
  run.spike
    ? `<h2>In the spike (${run.spike.seconds} s)</h2>${table(
        ['', 'answers', 'per second'],
        run.spike.outcomes.map((one) => [
          escaped(OUTCOMES[one.outcome]),
          whole(one.count),
          rate(one.perSecond),
        ]),
      )}`
    : ''
}
<h2>Time of an answer</h2>
${table(
  ['', 'median', 'p95', 'p99', 'longest'],
  run.times.map((one) => [
    escaped(OUTCOMES[one.outcome]),
    ms(one.medMs),
    ms(one.p95Ms),
    ms(one.p99Ms),
    ms(one.maxMs),
  ]),
)}
<p>Not sent, since k6 was too slow: ${whole(run.droppedIterations)}.</p>
<h2>Thresholds</h2>
${table(
  ['', ''],
  run.thresholds.map(({ rule, ok }) => [escaped(rule), verdictOf(ok)]),
)}
<h2>Products</h2>
${table(
  ['SKU', 'accepted sales', 'accepted units', 'units put there by the run'],
  run.products.map((product) => [
    escaped(product.sku),
    whole(product.acceptedLines),
    whole(product.acceptedUnits),
    whole(product.adjustedUnits),
  ]),
)}
</body>
</html>
`;
}

function table(head, rows) {
  const cells = (tag, row) => `<tr>${row.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  return `<table>${cells('th', head)}${rows.map((row) => cells('td', row)).join('')}</table>`;
}

function verdictOf(ok) {
  return ok ? '<span class="ok">holds</span>' : '<span class="failed">does not hold</span>';
}

function escaped(text) {
  return String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** How the gate tells what it found. */

/** For the terminal: one line a rule, for more than a few products only those that do not hold. */
export function gateText(rules) {
  const failed = rules.filter(({ holds }) => !holds);
  const shown =
    rules.length > 20 ? rules.filter(({ holds, rule }) => !holds || !rule.startsWith('K6-')) : rules;
  return [
    '',
    `  gate: ${failed.length === 0 ? 'open' : 'CLOSED'}, ${rules.length - failed.length} of ${rules.length} rules hold`,
    ...shown.map(({ rule, holds, detail }) => `    ${holds ? 'ok    ' : 'FAILED'} ${rule}: ${detail}`),
    '',
  ].join('\n');
}

/** For the page. */
export function gateHtml(rules) {
  const failed = rules.filter(({ holds }) => !holds).length;
  const rows = rules.map(
    ({ rule, holds, detail }) =>
      `<tr><td>${escaped(rule)}</td><td class="text">${escaped(detail)}</td>` +
      `<td class="${holds ? 'ok">holds' : 'failed">does not hold'}</td></tr>`,
  );
  return (
    `<h2>Gate: <span class="${failed === 0 ? 'ok">open' : `failed">closed, ${failed} of ${rules.length} rules do not hold`}</span></h2>` +
    `<table>${rows.join('')}</table>`
  );
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** How outcomes and figures are written, on the terminal and on the page. */

/** In this order. What each one means is said beside its counter in outcomes.js. */
export const OUTCOMES = {
  accepted: 'accepted (201)',
  waiting: 'waiting (202)',
  replayed: 'replayed (same key)',
  refused: 'refused (409)',
  early: 'too early (409)',
  limited: 'over the limit (409)',
  shed: 'shed (429, 503 overloaded)',
  unreached: 'not reached',
  unknown: 'unknown (time-out, 5xx)',
  unexpected: 'unexpected (other 4xx)',
};

/** Of these only those that a run has are shown. */
const RARE = ['waiting', 'early', 'limited'];

export function shownOutcomes(outcomes) {
  return outcomes.filter(({ outcome, count }) => count > 0 || !RARE.includes(outcome));
}

/** With commas, as k6's engine knows no locales. */
export function whole(number) {
  return String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, ',');
}

export function rate(perSecond) {
  return perSecond >= 100 || perSecond === 0 ? whole(perSecond) : perSecond.toFixed(1);
}

export function ms(number) {
  return `${number < 10 ? number.toFixed(1) : whole(number)} ms`;
}

/** How outcomes and figures are written, on the terminal and on the page. */

/** In this order. What each one means is said beside its counter in outcomes.js. */
export const OUTCOMES = {
  accepted: 'accepted (201)',
  replayed: 'replayed (201, same key)',
  refused: 'refused (409)',
  shed: 'shed (429, 503 overloaded)',
  unreached: 'not reached',
  unknown: 'unknown (time-out, 5xx)',
  unexpected: 'unexpected (other 4xx)',
};

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

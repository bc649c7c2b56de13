import { expect, it } from '@jest/globals';
import { outcomesSince, parseOutcomes } from './outcomes.js';

it('reads the outcomes from the metrics, none where there is no line yet', () => {
  const metrics = [
    '# HELP donut_states_sales_total Answered requests',
    'donut_states_sales_total{outcome="confirmed"} 120',
    'donut_states_sales_total{outcome="shed"} 7',
    'donut_states_sales_total{outcome="refused"} 3',
  ].join('\n');
  expect(parseOutcomes(metrics)).toEqual({ confirmed: 120, replayed: 0, refused: 3 });
});

it('counts the difference to an earlier reading', () => {
  const before = { confirmed: 10, replayed: 1, refused: 0 };
  const after = { confirmed: 15, replayed: 1, refused: 2 };
  expect(outcomesSince(before, after)).toEqual({ confirmed: 5, replayed: 0, refused: 2 });
});

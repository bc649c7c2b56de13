import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { type Contestant } from './cell.js';
import { testGroup } from './testing/cells.js';
import { TimeBudget } from './time-budget.js';

const contestant: Contestant = { subject: 'product', processes: 1, storedSales: 0, isRemote: false };
const three = testGroup({ contestants: [contestant, contestant, contestant] });
const one = testGroup({ contestants: [contestant] });

beforeEach(() => void jest.useFakeTimers({ now: 0 }));
afterEach(() => void jest.useRealTimers());

it('gives each group its share, by its contestants, of the time that is left', () => {
  const budget = new TimeBudget(100);
  expect(budget.endOf([three, one])).toBe(75_000);
  jest.setSystemTime(90_000);
  expect(budget.endOf([one])).toBe(100_000);
});

it('leaves every group the time it takes when there is no end', () => {
  expect(new TimeBudget(undefined).endOf([three])).toBe(Infinity);
});

import { describe, expect, it } from '@jest/globals';
import { checkHistory, type HistoryCheck } from './check-history.js';
import { HistoryReader } from './read-history.js';
import { CORRUPTIONS } from './testing/corruptions.js';
import { WAIT_CORRUPTIONS } from './testing/wait-corruptions.js';
import { EditableHistory } from './testing/editable-history.js';
import { simulatedHistory, type Simulation } from './testing/simulated-history.js';

const SIMULATIONS = 200;
/** Not every run has something to corrupt. */
const CORRUPTED_SEEDS = 60;

function check(text: string): HistoryCheck {
  const reader = new HistoryReader();
  for (const line of text.trimEnd().split('\n')) reader.add(line);
  return checkHistory(reader.finish());
}

function simulate(simulation: Partial<Simulation> & { seed: number }): EditableHistory {
  return new EditableHistory(
    simulatedHistory({ purchases: 300, openingUnits: 200, adjustments: 6, deliveries: 10, ...simulation }),
  );
}

describe('the check of a history', () => {
  it.each([
    { name: 'with rows', hasRows: true },
    { name: 'without rows', hasRows: false },
  ])('accepts what a shop without a mistake does, $name', ({ hasRows }) => {
    for (let seed = 1; seed <= SIMULATIONS; seed += 1) {
      const history = simulate({ seed, hasRows, openingUnits: (seed * 7) % 400 });
      expect({ seed, ...check(history.toString()) }).toMatchObject({ seed, contradictions: [] });
    }
  });

  it.each([
    { name: 'with rows', hasRows: true },
    { name: 'without rows', hasRows: false },
  ])('accepts a shop whose buyers wait for goods, leave, and are filled in order, $name', ({ hasRows }) => {
    let filled = 0;
    for (let seed = 1; seed <= SIMULATIONS; seed += 1) {
      const history = simulate({
        seed,
        hasRows,
        waitShare: 0.5,
        openingUnits: (seed * 7) % 400,
        deliveries: 30,
      });
      expect({ seed, ...check(history.toString()) }).toMatchObject({ seed, contradictions: [] });
      filled += history.all('stored-sale').filter(({ hasWaited, status }) => hasWaited && !status).length;
      filled += history.all('closing').reduce((sum, closing) => sum + (closing.filled ?? 0), 0);
    }
    expect(filled).toBeGreaterThan(1_000);
  });

  it.each(WAIT_CORRUPTIONS)('rejects $name, and shows it', ({ rule, corrupt, hasRows }) => {
    let tried = 0;
    for (let seed = 1; seed <= CORRUPTED_SEEDS; seed += 1) {
      const history = simulate({ seed, hasRows, waitShare: 0.5, openingUnits: 100, deliveries: 20 });
      const shown = corrupt(history);
      if (shown === undefined) continue;
      tried += 1;
      const { contradictions } = check(history.toString());
      const found = contradictions.find((contradiction) => contradiction.rule === rule);
      expect(found?.excerpt.map(({ text }) => text).join('\n')).toContain(shown);
      expect(found!.excerpt.length).toBeLessThanOrEqual(10);
    }
    expect(tried).toBeGreaterThan(5);
  });

  it.each(CORRUPTIONS)('rejects $name, and shows it', ({ rule, corrupt }) => {
    let tried = 0;
    for (let seed = 1; seed <= CORRUPTED_SEEDS; seed += 1) {
      const history = simulate({ seed, hasRows: rule !== 'COUNT_AGREES' });
      const shown = corrupt(history);
      if (shown === undefined) continue;
      tried += 1;
      const { contradictions } = check(history.toString());
      const found = contradictions.find((contradiction) => contradiction.rule === rule);
      expect(found?.excerpt.map(({ text }) => text).join('\n')).toContain(shown);
      expect(found!.excerpt.length).toBeLessThanOrEqual(8);
    }
    expect(tried).toBeGreaterThan(5);
  });
});

import { type Cell, DATABASES } from '../cell.js';
import { SCENARIO_NAMES, SCENARIOS } from '../scenarios.js';
import { comparisonTable, roundsTable } from './comparison.js';
import { failures } from './failures.js';
import { goalsTable } from './goals.js';
import { growthTable } from './growth.js';

/** How a run was made, a sentence each. */
export type Circumstances = readonly string[];

/** All that a run has found, as Markdown. */
export function report(cells: readonly Cell[], circumstances: Circumstances): string {
  const parts = ['# Benchmark', circumstances.map((line) => `- ${line}`).join('\n')];
  const sections = sectionsOf(cells);
  const goals = goalsTable(cells);
  if (goals) parts.push('## Goals', goals);
  for (const { title, cells: compared } of sections) parts.push(`## ${title}`, comparisonTable(compared));
  const growth = growthTable(cells);
  if (growth) parts.push('## More processes, sales stored, and a remote database', growth);
  parts.push('## Correctness', correctness(cells), '## Rounds', ROUNDS);
  for (const { title, cells: compared } of sections) parts.push(`### ${title}`, roundsTable(compared));
  return `${parts.join('\n\n')}\n`;
}

const ROUNDS =
  'Every ratio above is the median of these: each round divides what it measured itself. The machine is faster in one ' +
  'round than in the next, so that only figures of one round say something of each other.';

function sectionsOf(cells: readonly Cell[]) {
  return DATABASES.flatMap((database) =>
    SCENARIO_NAMES.map((scenario) => ({
      title: `${database === 'mysql' ? 'MySQL' : 'Embedded database'}: ${SCENARIOS[scenario].title}`,
      cells: cells.filter(({ group }) => group.database === database && group.scenario === scenario),
    })),
  ).filter((section) => section.cells.length > 0);
}

function correctness(cells: readonly Cell[]): string {
  const found = failures(cells);
  if (found.length > 0) return found.map((failure) => `- **${failure}**`).join('\n');
  const checked = cells.filter(({ differences }) => differences !== null).length;
  return `The ledgers of ${checked} cells agree with themselves, every 201 has its row, and nothing was oversold.`;
}

import { type Cell, contestantName } from '../cell.js';
import { medianOf, type Ratio, ratio, sumOf } from '../statistics.js';
import { SUBJECTS } from '../subjects/subject.js';
import { type Column, figure, markdownTable } from './markdown.js';
import { referenceOf } from './reference.js';

/** The cells of one scenario on one database, a row each. */
export function comparisonTable(cells: readonly Cell[]): string {
  const answers = cells[0]!.group.scenario === 'sold-out' ? 'refusals/s' : 'sales/s';
  const columns: Column<Cell>[] = [
    { title: 'connections', text: ({ group }) => String(group.connections), isFigure: true },
    figureColumn('arrivals/s', ({ group }) => group.arrivalsPerSecond),
    { title: 'subject', text: ({ contestant }) => titleOf(contestant) },
    figureColumn(answers, (cell) => medianOf(cell, (round) => round.requestsPerSecond)),
    figureColumn('p50 ms', (cell) => medianOf(cell, (round) => round.p50Ms)),
    figureColumn('p99 ms', (cell) => medianOf(cell, (round) => round.p99Ms)),
    figureColumn('p99.9 ms', (cell) => medianOf(cell, (round) => round.p999Ms)),
    figureColumn('x before', (cell) => ratio(cell, referenceOf(cell, cells, 'before'))?.median ?? null),
    figureColumn('x no-op', (cell) => ratio(cell, referenceOf(cell, cells, 'no-op'))?.median ?? null),
    figureColumn(
      'x plain http',
      (cell) => ratio(cell, referenceOf(cell, cells, 'plain-http'))?.median ?? null,
    ),
    figureColumn(
      'x pessimistic',
      (cell) => ratio(cell, referenceOf(cell, cells, 'pessimistic-lock'))?.median ?? null,
    ),
    figureColumn('fsyncs a sale', (cell) => medianOf(cell, (round) => round.fsyncsPerSale)),
    figureColumn('server CPU µs', (cell) => medianOf(cell, (round) => round.serverCpuMicrosPerSale)),
    figureColumn('database CPU µs', (cell) => medianOf(cell, (round) => round.databaseCpuMicrosPerSale)),
    figureColumn('oversold', (cell) => sumOf(cell, (round) => round.oversold)),
    figureColumn('lost', (cell) => sumOf(cell, (round) => round.lost)),
    { title: 'other answers', text: otherAnswers, isFigure: true },
  ];
  return markdownTable(cells, columns);
}

/** The ratios of the same cells, round by round. */
export function roundsTable(cells: readonly Cell[]): string {
  return markdownTable(cells, [
    { title: 'connections', text: ({ group }) => String(group.connections), isFigure: true },
    figureColumn('arrivals/s', ({ group }) => group.arrivalsPerSecond),
    { title: 'subject', text: ({ contestant }) => titleOf(contestant) },
    { title: 'x before', text: (cell) => roundsOf(ratio(cell, referenceOf(cell, cells, 'before'))) },
    { title: 'x no-op', text: (cell) => roundsOf(ratio(cell, referenceOf(cell, cells, 'no-op'))) },
    { title: 'x plain http', text: (cell) => roundsOf(ratio(cell, referenceOf(cell, cells, 'plain-http'))) },
    {
      title: 'x pessimistic',
      text: (cell) => roundsOf(ratio(cell, referenceOf(cell, cells, 'pessimistic-lock'))),
    },
  ]);
}

export function titleOf(contestant: Cell['contestant']): string {
  return contestantName(contestant).replace(contestant.subject, SUBJECTS[contestant.subject].title);
}

function roundsOf(compared: Ratio | null): string | null {
  return compared && compared.rounds.map(figure).join(', ');
}

function figureColumn(title: string, value: (cell: Cell) => number | null): Column<Cell> {
  return { title, text: (cell) => figure(value(cell)), isFigure: true };
}

/** 503s and unanswered requests; a column only where there are some. */
function otherAnswers(cell: Cell): string | null {
  const count = sumOf(cell, ({ otherAnswers: others, unanswered }) => others + unanswered)!;
  return count > 0 ? figure(count) : null;
}

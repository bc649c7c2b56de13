import { type Cell, isPlain } from '../cell.js';
import { medianOf, ratio } from '../statistics.js';
import { titleOf } from './comparison.js';
import { figure, markdownTable } from './markdown.js';
import { referenceOf } from './reference.js';

/**
 * The product with more processes, with sales stored and with a remote database, each beside the product with one process,
 * none stored and the database at hand, in the same rounds. `undefined` when nothing of the kind was measured.
 */
export function growthTable(cells: readonly Cell[]): string | undefined {
  const grown = cells.filter(({ contestant }) => contestant.subject === 'product' && !isPlain(contestant));
  if (grown.length === 0) return undefined;
  const toPlain = (cell: Cell) => ratio(cell, referenceOf(cell, cells, 'product'));
  return markdownTable(grown, [
    { title: 'database', text: ({ group }) => group.database },
    { title: 'connections', text: ({ group }) => String(group.connections), isFigure: true },
    { title: 'subject', text: ({ contestant }) => titleOf(contestant) },
    {
      title: 'sales/s',
      text: (cell) => figure(medianOf(cell, (round) => round.requestsPerSecond)),
      isFigure: true,
    },
    { title: 'x plain product', text: (cell) => figure(toPlain(cell)?.median ?? null), isFigure: true },
    { title: 'by round', text: (cell) => toPlain(cell)?.rounds.map(figure).join(', ') ?? null },
  ]);
}

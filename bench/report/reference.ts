import { type Cell, isPlain } from '../cell.js';
import { type SubjectName } from '../subjects/subject.js';

/** The cell that `cell` is compared with: the subject on one process and with nothing stored, in the same rounds. */
export function referenceOf(cell: Cell, cells: readonly Cell[], subject: SubjectName): Cell | undefined {
  return cells.find(
    ({ group, contestant }) => group === cell.group && contestant.subject === subject && isPlain(contestant),
  );
}

import { type FindOptionsWhere, Raw } from 'typeorm';
import { isWithin, type TimeRange } from '../database/page.js';
import { type DeadLetter, type DeadLetterStatus } from './dead-letter.entity.js';

/** Which dead letters. A member that is not there filters nothing. */
export interface DeadLetterFilter extends TimeRange {
  status?: DeadLetterStatus;
  queue?: string;
  causeCode?: string;
  sku?: string;
  factoryId?: string;
  /** A part of the body or of the cause's detail. */
  text?: string;
}

/** For the `where` of a query of dead letters. */
export function whereOf({ since, until, text, ...equal }: DeadLetterFilter): FindOptionsWhere<DeadLetter> {
  const where: FindOptionsWhere<DeadLetter> = {};
  for (const [name, value] of Object.entries(equal)) {
    if (value !== undefined) Object.assign(where, { [name]: value });
  }
  if (since ?? until) where.openedAt = isWithin({ since, until });
  if (text !== undefined)
    where.causeDetail = Raw((column) => contains(column), textParameters(text)) as never;
  return where;
}

/** Unlike LIKE, INSTR knows no wildcards, and both databases have it. */
function contains(detail: string): string {
  return `(INSTR(${detail}, :text) > 0 OR INSTR(body, :bodyText) > 0)`;
}

/** The body is stored as a string in JSON. */
function textParameters(text: string): Record<string, string> {
  return { text, bodyText: JSON.stringify(text).slice(1, -1) };
}

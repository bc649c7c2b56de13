/** A part of a list that is read by cursor. */
export interface Page<T> {
  items: T[];
  /** Names where the next page starts, null on the last one. */
  nextCursor: string | null;
}

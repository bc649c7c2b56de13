import { type HistoryLine, type LineOf, type SaleOperation, type StoredSale } from '../history.js';

/** The lines of a history, by what they say. It shares no code with the check. */
export class EditableHistory {
  constructor(readonly lines: HistoryLine[]) {}

  static parse(text: string): EditableHistory {
    return new EditableHistory(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as HistoryLine),
    );
  }

  toString(): string {
    const operations = this.lines.filter(({ type }) =>
      ['sale', 'adjustment', 'goods-receipt'].includes(type),
    );
    this.all('end')[0]!.operations = operations.length;
    return this.lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  }

  all<Kind extends HistoryLine['type']>(type: Kind): LineOf<Kind>[] {
    return this.lines.filter((line): line is LineOf<Kind> => line.type === type);
  }

  remove(line: HistoryLine): void {
    this.lines.splice(this.lines.indexOf(line), 1);
  }

  insert(...added: HistoryLine[]): void {
    this.lines.splice(this.lines.length - 1, 0, ...added);
  }

  /** Adds units to what is on hand after the run. */
  moveClosing(lines: readonly (readonly [string, number, ...number[]])[], sign: 1 | -1): void {
    for (const [sku, quantity] of lines) {
      const closing = this.all('closing').find((reading) => reading.sku === sku)!;
      closing.onHand = Math.max(0, closing.onHand + sign * quantity);
    }
  }

  row(operation: SaleOperation): StoredSale | undefined {
    return this.all('stored-sale').find(({ id }) => id === operation.answer?.sale?.id);
  }

  /** Sales that were answered the first time, and whose key has no other request. */
  singleSales(): SaleOperation[] {
    const requests = Map.groupBy(this.all('sale'), ({ key, client }) => key ?? client);
    return [...requests.values()]
      .filter(([first, second]) => !second && first!.answer?.status === 201 && !first!.answer.replayed)
      .map(([first]) => first!);
  }

  replays(): SaleOperation[] {
    const requests = Map.groupBy(this.all('sale'), ({ key }) => key);
    return this.all('sale').filter(
      ({ key, answer }) =>
        answer?.replayed && requests.get(key)!.some((other) => other.answer?.sale && !other.answer.replayed),
    );
  }

  refused(): SaleOperation[] {
    return this.all('sale').filter(({ answer }) => answer?.code === 'STOCK.INSUFFICIENT');
  }
}

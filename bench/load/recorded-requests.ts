import { type HistoryRecorder, saleAnswer } from '../../test/history/history-recorder.js';
import { type SaleOperation } from '../../test/history/history.js';

interface PlaceSaleBody {
  lines: { sku: string; quantity: number }[];
}

/** Records the requests of one load generator, each with its answer. The generator has an object for each request. */
export class RecordedRequests {
  private readonly pending = new Map<object, Omit<SaleOperation, 'end'>>();

  constructor(
    private readonly history: HistoryRecorder,
    private readonly client: string,
  ) {}

  begin(request: object, idempotencyKey: string, body: string): void {
    const { lines } = JSON.parse(body) as PlaceSaleBody;
    this.pending.set(request, {
      type: 'sale',
      client: this.client,
      key: idempotencyKey,
      lines: lines.map(({ sku, quantity }) => [sku, quantity]),
      start: this.history.start(),
    });
  }

  answered(request: object, status: number, isReplay: boolean, text: string): void {
    const operation = this.pending.get(request);
    if (!operation) return;
    this.pending.delete(request);
    this.history.operation({
      ...operation,
      end: this.history.end(),
      answer: saleAnswer({ status, isReplay, text }),
    });
  }

  /** The time of the load is up: the outcome of the other requests is unknown. */
  finish(): void {
    const end = this.history.end();
    for (const operation of this.pending.values()) this.history.operation({ ...operation, end });
    this.pending.clear();
  }
}

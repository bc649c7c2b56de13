import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import {
  HISTORY_VERSION,
  type HistoryEnd,
  type HistoryLine,
  type SaleOperation,
  type StockChangeOperation,
} from './history.js';
import { isPlaced } from './purchases.js';

/** A longer history is bounded: later operations are left out, and the check then allows rows without a request. */
export const MAX_OPERATIONS = 1_000_000;

/** Two clocks of one machine run apart slowly. More than this between two operations is a step. */
const CLOCK_STEP_MS = 20;

/** An answer to a request for a sale, as it came over HTTP. */
export interface HttpAnswer {
  status: number;
  isReplay: boolean;
  text: string;
}

/** Writes the history of one run to a file, while the run goes on. */
export class HistoryRecorder {
  private operations = 0;
  private omitted = 0;
  private clockErrorMs = 0;
  private clockOffset = Date.now() - performance.now();

  private constructor(
    readonly file: string,
    private readonly stream: WriteStream,
    private readonly maxOperations: number,
  ) {}

  /** @param source the tool that records, for people */
  static create(file: string, source: string, maxOperations = MAX_OPERATIONS): HistoryRecorder {
    mkdirSync(dirname(file), { recursive: true });
    const recorder = new HistoryRecorder(file, createWriteStream(file), maxOperations);
    recorder.add({ type: 'history', version: HISTORY_VERSION, source });
    return recorder;
  }

  /** The start of an operation, rounded down. */
  start(): number {
    const now = Date.now();
    const offset = now - performance.now();
    const step = Math.abs(offset - this.clockOffset);
    if (step > CLOCK_STEP_MS) this.clockErrorMs = Math.max(this.clockErrorMs, Math.ceil(step));
    this.clockOffset = offset;
    return now;
  }

  /** The end of an operation, rounded up. */
  end(): number {
    return this.start() + 1;
  }

  operation(operation: SaleOperation | StockChangeOperation): void {
    if (this.operations === this.maxOperations) {
      this.omitted += 1;
      return;
    }
    this.operations += 1;
    this.add(operation);
  }

  add(line: Exclude<HistoryLine, HistoryEnd>): void {
    this.stream.write(`${JSON.stringify(line)}\n`);
  }

  /** Adds many lines, as fast as the disk takes them. */
  async addAll(
    lines: Iterable<Exclude<HistoryLine, HistoryEnd>> | AsyncIterable<Exclude<HistoryLine, HistoryEnd>>,
  ): Promise<void> {
    for await (const line of lines) {
      this.add(line);
      if (this.stream.writableNeedDrain) await once(this.stream, 'drain');
    }
  }

  /** Resolves when the file is written. */
  async finish(rows: HistoryEnd['rows']): Promise<void> {
    const { operations, omitted, clockErrorMs } = this;
    this.stream.end(`${JSON.stringify({ type: 'end', rows, operations, omitted, clockErrorMs })}\n`);
    await finished(this.stream);
  }
}

/** What a history keeps of an answer to a request for a sale. */
export function saleAnswer({ status, isReplay, text }: HttpAnswer): NonNullable<SaleOperation['answer']> {
  const answer: NonNullable<SaleOperation['answer']> = { status };
  if (isReplay) answer.replayed = true;
  const body = parse(text);
  if (isPlaced({ answer })) {
    const { id, lines, totalKrw, createdAt, status: saleStatus } = body as Partial<SaleBody>;
    // That of a 202 has a place, which changes.
    if (status === 201) answer.body = createHash('sha256').update(text).digest('base64url').slice(0, 16);
    // An answer that does not tell its sale is compared with the rows by its key alone.
    if (id === undefined || !lines || totalKrw === undefined || createdAt === undefined) return answer;
    answer.sale = {
      id,
      lines: lines.map(({ sku, quantity, unitPriceKrw }) => [sku, quantity, unitPriceKrw]),
      totalKrw,
      createdAt,
      ...(saleStatus !== undefined && saleStatus !== 'CONFIRMED' && { status: saleStatus }),
    };
    return answer;
  }
  const { code, shortages } = body as Problem;
  if (code) answer.code = code;
  if (shortages) answer.shortages = shortages.map(({ sku, availableQuantity }) => [sku, availableQuantity]);
  return answer;
}

interface SaleBody {
  id: string;
  lines: { sku: string; quantity: number; unitPriceKrw: number }[];
  totalKrw: number;
  createdAt: string;
  status: string;
}

interface Problem {
  code?: string;
  shortages?: { sku: string; availableQuantity: number }[];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { type SaleOperation } from './history.js';
import { HistoryRecorder, saleAnswer } from './history-recorder.js';
import { HistoryFormatError } from './read-history.js';

const Total = Type.Object({ reason: Type.String(), units: Type.Integer() });

/** The record of a run of `npm run k6`, `k6/results/SCRIPT.json`. Only what a history takes from it. */
const RunRecord = Type.Object({
  script: Type.String(),
  products: Type.Array(
    Type.Object({ sku: Type.String(), openingUnits: Type.Integer(), adjustedUnits: Type.Integer() }),
  ),
  /** `GET /products/:sku/ledger` of each product after the run. */
  ledgers: Type.Array(
    Type.Object({
      stock: Type.Object({ onHand: Type.Integer(), reserved: Type.Integer() }),
      totals: Type.Array(Total),
      sold: Type.Object({ sales: Type.Integer(), units: Type.Integer() }),
    }),
  ),
});
const Sent = Type.Object({
  request: Type.String(),
  client: Type.String(),
  key: Type.String(),
  lines: Type.Array(Type.Tuple([Type.String(), Type.Integer()])),
  start: Type.Number(),
  mayWait: Type.Optional(Type.Literal(true)),
});
/** What an answer told of sales later. */
const Seen = Type.Object({
  seen: Type.Array(Type.Tuple([Type.String(), Type.String()])),
  start: Type.Number(),
  end: Type.Number(),
});
const Answered = Type.Object({
  request: Type.String(),
  end: Type.Number(),
  status: Type.Integer(),
  isReplay: Type.Boolean(),
  text: Type.String(),
});

type RunRecord = Static<typeof RunRecord>;
type Sent = Static<typeof Sent>;
type Answered = Static<typeof Answered>;

const runRecord = Compile(RunRecord);
const sent = Compile(Sent);
const answered = Compile(Answered);
const seen = Compile(Seen);

/**
 * Makes a history of a run of k6, from its record and from its log, which have one name and the endings `.json` and `.log`.
 * The rows are not in it: k6 asks the sales API alone, which tells of each product how many sales it has.
 *
 * @returns the file of the history
 * @throws HistoryFormatError when the record or the log is not one of `npm run k6` with `HISTORY=on`
 */
export async function historyOfK6Run(recordFile: string): Promise<string> {
  const base = recordFile.replace(/\.json$/, '');
  const run = await readRunRecord(recordFile);
  const recorder = HistoryRecorder.create(`${base}.jsonl`, `k6, ${run.script}`);
  for (const { sku, openingUnits } of run.products) {
    recorder.add({ type: 'opening', sku, onHand: openingUnits, reserved: 0 });
  }
  await recordOperations(`${base}.log`, recorder);
  for (const [index, product] of run.products.entries())
    recordClosing(product, run.ledgers[index]!, recorder);
  await recorder.finish('none');
  return recorder.file;
}

async function readRunRecord(file: string): Promise<RunRecord> {
  const record: unknown = parse(await readFile(file, 'utf8'));
  if (!runRecord.Check(record) || record.products.length !== record.ledgers.length) {
    throw new HistoryFormatError('This is no record of a k6 script that sells.');
  }
  return record;
}

async function recordOperations(logFile: string, recorder: HistoryRecorder): Promise<void> {
  const pending = new Map<string, Sent>();
  let lineNumber = 0;
  let end = 0;
  for await (const text of createInterface({ input: createReadStream(logFile), crlfDelay: Infinity })) {
    lineNumber += 1;
    const line: unknown = parse(messageOf(text));
    if (sent.Check(line)) {
      pending.set(line.request, line);
      end = Math.max(end, line.start);
      continue;
    }
    if (seen.Check(line)) {
      recorder.add({ type: 'seen-sales', start: line.start, end: line.end, sales: line.seen });
      continue;
    }
    const request = answered.Check(line) && pending.get(line.request);
    if (!request) throw new HistoryFormatError(`Line ${lineNumber} of the log is no request and no answer.`);
    pending.delete(line.request);
    end = Math.max(end, line.end);
    recorder.operation({ ...operationOf(request, line.end), answer: saleAnswer(line) });
  }
  // k6 ends the requests that are under way when its time is up.
  for (const request of pending.values()) recorder.operation(operationOf(request, end));
}

function operationOf(
  { client, key, lines, start, mayWait }: Sent,
  end: number,
): Omit<SaleOperation, 'answer'> {
  return { type: 'sale', client, key, lines, ...(mayWait && { mayWait }), start, end };
}

function recordClosing(
  { sku, openingUnits, adjustedUnits }: RunRecord['products'][number],
  { stock, totals, sold }: RunRecord['ledgers'][number],
  recorder: HistoryRecorder,
): void {
  const moved = (wanted: string) => totals.find(({ reason }) => reason === wanted)?.units ?? 0;
  const received = moved('GOODS_RECEIPT');
  // Some goods may have come before the first sale. When the others came k6 cannot say.
  const delta = received - (openingUnits - adjustedUnits);
  if (delta !== 0) recorder.add({ type: 'stored-goods-receipt', reference: `goods of ${sku}`, sku, delta });
  const returned = moved('RETURN');
  if (returned > 0)
    recorder.add({ type: 'stored-return', reference: `returns of ${sku}`, sku, delta: returned });
  const { onHand, reserved } = stock;
  recorder.add({ type: 'closing', sku, onHand, reserved, sold, filled: 0 - moved('BACKORDER_FILL') });
}

/** k6 writes a message as it is, or, unless told otherwise, as a field `msg="..."` of its own line. */
function messageOf(text: string): string {
  const quoted = / msg=("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
  return quoted === undefined ? text : String(parse(quoted));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

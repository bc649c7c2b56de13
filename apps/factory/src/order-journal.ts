import { EnvironmentError } from '#runtime';
import { Logger } from '@nestjs/common';
import {
  accessSync,
  appendFileSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { FaultChange } from './fault-settings.js';
import { Delivery, Order } from './order.js';

const Entry = Type.Union([
  Type.Object({ entry: Type.Literal('faults'), change: FaultChange }),
  Type.Object({ entry: Type.Literal('accepted'), order: Order }),
  Type.Object({
    entry: Type.Literal('settled'),
    orderNumber: Type.Integer(),
    /** Its place among the deliveries of the order. */
    deliveryIndex: Type.Integer({ minimum: 0 }),
    delivery: Delivery,
  }),
]);
type Entry = Static<typeof Entry>;

/** The orders of earlier runs. */
interface Found {
  faultChange: FaultChange;
  /** Oldest first. */
  orders: Order[];
  /** Numbers of the lines that make no sense, the first line being 1. */
  brokenLines: number[];
}

/**
 * Keeps what a killed factory would forget in an append-only file of JSON lines. Every line is handed to the
 * operating system before the call returns: it outlives a kill -9, though not a power cut.
 * A callback that was sent, but not yet noted when the process died, is sent again by the next run.
 */
export class OrderJournal {
  private readonly logger = new Logger(OrderJournal.name);
  private file: number | undefined;
  readonly found: Found;

  /**
   * Reads what earlier runs have left. Changes no file until {@link open}.
   *
   * @param path undefined: nothing is kept, everything is forgotten with the process
   * @throws EnvironmentError when the file can not be kept there
   */
  constructor(private readonly path?: string) {
    try {
      if (path !== undefined) prepareFolder(dirname(path));
      this.found = readEntries(path === undefined ? [] : linesOf(path));
    } catch (error) {
      throw new EnvironmentError([`FACTORY_STATE_FILE cannot be kept: ${(error as Error).message}`]);
    }
  }

  /**
   * Starts a compact file, atomically, and opens it for appending. Call it once the port is won, or a second
   * factory that fails to start would take the file away from the first.
   */
  open(orders: readonly Order[]): void {
    if (this.path === undefined) return;
    const { brokenLines, faultChange } = this.found;
    if (brokenLines.length > 0) {
      this.logger.warn(`Ignored lines ${brokenLines.join(', ')} of ${this.path}: torn or unknown`);
    }
    const entries: Entry[] = [
      { entry: 'faults', change: faultChange },
      ...orders.map((order): Entry => ({ entry: 'accepted', order })),
    ];
    const compact = `${this.path}.compact`;
    // For the owner only: callback URLs carry signatures.
    writeFileSync(compact, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { mode: 0o600 });
    renameSync(compact, this.path);
    this.file = openSync(this.path, 'a', 0o600);
  }

  recordFaultChange(change: FaultChange): void {
    this.append({ entry: 'faults', change });
  }

  recordAccepted(order: Order): void {
    this.append({ entry: 'accepted', order });
  }

  recordSettled(order: Order, delivery: Delivery): void {
    const deliveryIndex = order.deliveries.indexOf(delivery);
    this.append({ entry: 'settled', orderNumber: order.number, deliveryIndex, delivery });
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  private append(entry: Entry): void {
    if (this.file !== undefined) appendFileSync(this.file, `${JSON.stringify(entry)}\n`);
  }
}

function readEntries(lines: string[]): Found {
  const orders = new Map<number, Order>();
  const brokenLines: number[] = [];
  let faultChange: FaultChange = {};
  for (const [index, line] of lines.entries()) {
    const entry = parseEntry(line);
    if (!entry) {
      // A process that dies while it writes leaves a torn last line.
      if (line !== '') brokenLines.push(index + 1);
    } else if (entry.entry === 'faults') {
      faultChange = { ...faultChange, ...entry.change };
    } else if (entry.entry === 'accepted') {
      orders.set(entry.order.number, entry.order);
    } else {
      const deliveries = orders.get(entry.orderNumber)?.deliveries;
      if (deliveries?.[entry.deliveryIndex]) deliveries[entry.deliveryIndex] = entry.delivery;
    }
  }
  return { faultChange, orders: [...orders.values()], brokenLines };
}

function prepareFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  accessSync(folder, constants.R_OK | constants.W_OK);
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function parseEntry(line: string): Entry | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return Value.Check(Entry, entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}

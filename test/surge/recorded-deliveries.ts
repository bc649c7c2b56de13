import { deliveryFingerprint } from '#inventory';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DataSource } from 'typeorm';
import { openDatabase } from '../../libs/inventory/src/testing/test-database.js';
import { checkHistory, type HistoryCheck } from '../history/check-history.js';
import { HistoryRecorder } from '../history/history-recorder.js';
import { readHistoryFile } from '../history/read-history.js';
import { deliveryReference, TableReader } from '../history/table-reader.js';
import { type Answer, type RunningSystem } from '../running-system.js';
import { ShopClient } from './shop-client.js';

const CONNECTIONS = 4;
const BUYER_DELAY_MS = 50;

interface Order {
  id: string;
  sku: string;
}

/** What a callback says, as far as it tells one delivery from another. */
interface CallbackContent {
  MessageAttributeProductCnt: number;
  MessageSubject: string;
}

/** The history of a run in which the test is the factory, and buyers buy what it delivers. */
export class RecordedDeliveries {
  private isOver = false;

  private constructor(
    private readonly orders: readonly Order[],
    private readonly dataSource: DataSource,
    private readonly tables: TableReader,
    private readonly history: HistoryRecorder,
    private readonly client: ShopClient,
  ) {}

  static async open(
    { databaseUrl }: RunningSystem,
    orders: readonly Order[],
    file: string,
  ): Promise<RecordedDeliveries> {
    const dataSource = await openDatabase(databaseUrl);
    const skus = orders.map(({ sku }) => sku);
    const tables = await TableReader.open(dataSource, skus);
    const history = HistoryRecorder.create(file, 'deliveries');
    await history.addAll(tables.opening);
    return new RecordedDeliveries(orders, dataSource, tables, history, new ShopClient(CONNECTIONS, history));
  }

  /** Buyers ask for a unit each, until {@link end}. */
  async buyUntilOver(port: number): Promise<void> {
    for (let buyer = 0; !this.isOver; buyer += 1) {
      const purchases = this.orders.map(({ sku }) => ({
        lines: [{ sku, quantity: 1 }],
        customerEmail: `${sku}-${buyer}@example.com`,
        idempotencyKey: `${sku}-${buyer}`,
      }));
      await Promise.all(purchases.map((purchase) => this.client.ask(port, purchase)));
      await sleep(BUYER_DELAY_MS);
    }
  }

  end(): void {
    this.isOver = true;
  }

  /** Records one callback. */
  async deliver(
    callbackUrl: string,
    content: CallbackContent,
    { id, sku }: Order,
    request: () => Promise<Answer>,
  ): Promise<void> {
    const factoryId = 'FF-500293';
    const expires = Number(new URL(callbackUrl).searchParams.get('expires'));
    const { MessageAttributeProductCnt: quantity, MessageSubject: subject } = content;
    const fingerprint = deliveryFingerprint([sku, factoryId, quantity, subject, undefined, expires]);
    const start = this.history.start();
    const { status } = await request();
    this.history.operation({
      type: 'goods-receipt',
      client: factoryId,
      reference: deliveryReference(id, fingerprint),
      start,
      end: this.history.end(),
      answer: { status },
    });
  }

  /** When all requests are settled. */
  async check(): Promise<HistoryCheck> {
    await this.history.addAll(this.tables.rows());
    await this.history.finish('all');
    return checkHistory(await readHistoryFile(this.history.file));
  }

  async close(): Promise<void> {
    this.end();
    this.client.close();
    await this.dataSource.destroy();
  }
}

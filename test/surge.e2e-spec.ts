import { afterEach, describe, expect, it } from '@jest/globals';
import { TEST_DATABASES } from '../libs/inventory/src/testing/test-database.js';
import { Warehouse } from '../libs/inventory/src/testing/warehouse.js';
import { freePorts } from '../libs/runtime/src/testing/free-ports.js';
import { checkHistory } from './history/check-history.js';
import { HistoryRecorder } from './history/history-recorder.js';
import { readHistoryFile } from './history/read-history.js';
import { TableReader } from './history/table-reader.js';
import { SalesProcess } from './surge/sales-process.js';
import { atATime, recordOf, ShopClient } from './surge/shop-client.js';

const SKU = 'CP-1';
const UNITS = 1_000;
const CONNECTIONS = 200;

/** How long buyers go on asking for an answer, in ms. */
const PATIENCE_MS = 90_000;

/** Some want several, so that one is refused while there are units left, and another takes those. */
const QUANTITIES = [1, 1, 2, 1, 3];

const BUYERS = Array.from({ length: 2_500 }, (_, buyer) => buyer);

/** 4,000 requests: every other buyer asks twice in a breath, one in 250 asks 27 times. */
const AT_ONCE = BUYERS.flatMap((buyer) => {
  const times = buyer % 250 === 0 ? 27 : buyer % 2 === 0 ? 2 : 1;
  return Array<number>(times).fill(buyer);
});

/** 1,000 more: buyers who have their answers, most of them their goods, and ask again when all is sold. */
const AFTERWARDS = BUYERS.slice(0, 1_000);

describe.each(TEST_DATABASES)('a surge of 5,000 requests for 1,000 units on %s', (kind) => {
  let warehouse: Warehouse;
  let processes: SalesProcess[];
  let tables: TableReader;
  let history: HistoryRecorder;
  let client: ShopClient;

  async function open(processCount: number): Promise<void> {
    history = HistoryRecorder.create(
      `histories/surge-${kind}-${processCount}.jsonl`,
      'test/surge.e2e-spec.ts',
    );
    client = new ShopClient(CONNECTIONS / processCount, history);
    processes = [];
    warehouse = await Warehouse.open(kind);
    await warehouse.stockProduct(SKU, UNITS);
    tables = await TableReader.open(warehouse.dataSource, [SKU]);
    await history.addAll(tables.opening);
    for (const port of await freePorts(processCount)) {
      processes.push(await SalesProcess.start(warehouse.database.url, port));
    }
  }

  afterEach(async () => {
    client.close();
    await Promise.all(processes.map((sales) => sales.stop()));
    await warehouse.close();
  }, 60_000);

  it.each([
    { by: 'one sales process', processCount: 1 },
    { by: 'two sales processes', processCount: 2 },
  ])(
    'sells each unit once, and each key once however often it is repeated, by $by',
    async ({ processCount }) => {
      await open(processCount);
      const records = BUYERS.map((buyer) =>
        recordOf({
          lines: [{ sku: SKU, quantity: QUANTITIES[buyer % QUANTITIES.length]! }],
          customerEmail: `buyer-${buyer}@example.com`,
          idempotencyKey: `key-${buyer}`,
        }),
      );
      const end = Date.now() + PATIENCE_MS;
      const timesAsked = new Map<number, number>();
      const sellers = new Set<number>();

      /** Each process has connections and a share of its own: a buyer who asks again asks the next process. */
      const ask = async (requests: number[]) => {
        const shares = Map.groupBy(requests, (buyer) => {
          const times = timesAsked.get(buyer) ?? 0;
          timesAsked.set(buyer, times + 1);
          return processes[(buyer + times) % processCount]!.port;
        });
        const askAt = (port: number) => async (buyer: number) => {
          const answer = await client.buy(records[buyer]!, [port], () => Date.now() > end);
          if (answer?.status === 201 && !answer.isReplay) sellers.add(port);
        };
        await Promise.all(
          [...shares].map(([port, share]) => atATime(CONNECTIONS / processCount, share, askAt(port))),
        );
      };
      await ask(AT_ONCE);
      await ask(AFTERWARDS);

      const answers = records.flatMap((record) => record.answers);
      expect(answers).toHaveLength(5_000);
      await history.addAll(tables.rows());
      await history.finish('all');
      const { contradictions, storedSales } = checkHistory(await readHistoryFile(history.file));
      expect(contradictions).toEqual([]);
      expect(await warehouse.differences()).toEqual([]);

      const accepted = records.filter((record) => record.answers.some(({ status }) => status === 201));
      expect(storedSales).toBe(accepted.length);
      const replies = answers.filter(({ status }) => status === 201);
      expect(replies.filter(({ isReplay }) => !isReplay)).toHaveLength(accepted.length);

      // More buyers want a single unit than there are units: nothing may be left.
      const units = accepted.reduce((sum, { purchase }) => sum + purchase.lines[0]!.quantity, 0);
      expect(units).toBe(UNITS);
      expect(await warehouse.level(SKU)).toMatchObject({ onHand: 0 });

      // All refusals name the one restock order.
      const orders = await warehouse.outbox('restock');
      expect(orders).toHaveLength(1);
      const refusals = answers.filter(({ status }) => status === 409).map(({ text }) => JSON.parse(text));
      const named = refusals.map(({ shortages }) => shortages[0].restockOrder.id);
      expect(new Set(named)).toEqual(new Set([orders[0]!.restockOrderId]));

      // Or one process alone was tested after all.
      expect(sellers.size).toBe(processCount);
    },
    PATIENCE_MS + 30_000,
  );
});

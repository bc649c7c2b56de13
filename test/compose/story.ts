import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { deadLetterQueueOf, QUEUE_NAMES } from '#queues';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { eventually } from '../../libs/runtime/src/testing/eventually.js';
import { type ComposeStack, SERVICES } from './compose-stack.js';
import { OPERATIONS_API_KEY, Shop } from './shop.js';

export interface Step {
  title: string;
  /** @throws when it is not so */
  run: () => Promise<void>;
}

/** The factory's default. */
const LEAD_TIME_MS = 10_000;
/** Three attempts with their pauses, or a message that was in hand when its worker died. */
const PATIENCE_MS = 90_000;
const MAX_OUTPUT_BYTES = 10_000_000;

/** The story of the README, and what containers add to it. Each step builds on those before. */
export function storyOf(stack: ComposeStack): Step[] {
  const shop = new Shop(stack);
  return [
    {
      title: 'the images have no development packages, and nobody can write to them',
      run: () => imagesAreSealed(stack),
    },
    { title: 'MySQL writes a sale to the disk before it is answered', run: () => mysqlIsDurable(stack) },
    { title: 'every queue has its dead-letter queue', run: () => queuesAreThere(stack) },
    { title: 'sells, and the same again under one key is one sale', run: () => sells(shop) },
    {
      title: 'sells out, refuses, and sells again after the lead time of the factory',
      run: () => refills(shop),
    },
    {
      title: 'a buyer waits in line, gets the goods that come, and a mail',
      run: () => fillsTheWaitlist(shop),
    },
    {
      title: 'a factory that fails makes a dead letter and a mail, and a redrive brings the goods',
      run: () => redrives(shop),
    },
    {
      title: 'a worker that is killed loses nothing, and nothing comes twice',
      run: () => workerReturns(stack, shop),
    },
    { title: "the operators' command line is in the images", run: () => commandLineIsThere(stack) },
    { title: 'the Postman collection is green', run: () => postmanIsGreen(stack) },
    { title: 'the books agree', run: () => booksAgree(stack, shop) },
    { title: 'down ends everything in order, and leaves nothing', run: () => goesDown(stack) },
  ];
}

/** With the key of the container. */
async function commandLineIsThere(stack: ComposeStack): Promise<void> {
  const ops = (...parameters: string[]) =>
    stack.execute('sales', ['node', 'dist/apps/ops/src/main.js', ...parameters]);
  assert.match(await ops('who'), /^You are operations, admin: /);
  assert.match(await ops('stock'), /^CP-502101 +도넛 /m);
}

async function postmanIsGreen(stack: ComposeStack): Promise<void> {
  const script = join(import.meta.dirname, '../../../tools/api-document/test-postman.mjs');
  const parameters = ['--base-url', stack.url('sales'), '--operations-key', OPERATIONS_API_KEY];
  await promisify(execFile)(process.execPath, [script, ...parameters], { maxBuffer: MAX_OUTPUT_BYTES });
}

async function imagesAreSealed(stack: ComposeStack): Promise<void> {
  for (const service of ['sales', 'worker', 'factory'] as const) {
    const script = `
      const { existsSync, writeFileSync } = require('node:fs');
      const found = ['node', 'typescript', 'jest', 'fauxqs'].filter((name) => existsSync('/app/node_modules/' + name));
      let written = true;
      try { writeFileSync('/app/here', ''); } catch { written = false; }
      console.log(JSON.stringify({ user: process.getuid(), found, written, major: process.versions.node.split('.')[0] }));`;
    const seen = JSON.parse(await stack.execute(service, ['node', '--eval', script]));
    assert.deepEqual(seen, { user: 1000, found: [], written: false, major: '24' }, service);
  }
}

async function mysqlIsDurable(stack: ComposeStack): Promise<void> {
  const query = 'SELECT @@innodb_flush_log_at_trx_commit, @@sync_binlog, @@log_bin, @@binlog_cache_size';
  const shell = `MYSQL_PWD="$MYSQL_PASSWORD" mysql -h127.0.0.1 -u"$MYSQL_USER" -Ne '${query}'`;
  assert.deepEqual((await stack.execute('mysql', ['sh', '-c', shell])).trim().split('\t'), [
    '1',
    '1',
    '1',
    '1048576',
  ]);
}

async function queuesAreThere(stack: ComposeStack): Promise<void> {
  const client = new SQSClient({
    region: 'ap-northeast-2',
    endpoint: stack.url('localstack'),
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const attributesOf = async (name: string) => {
    const QueueUrl = `${stack.url('localstack')}/000000000000/${name}`;
    return (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })))
      .Attributes!;
  };
  for (const queue of QUEUE_NAMES) {
    const attributes = await attributesOf(queue);
    const deadLetters = await attributesOf(deadLetterQueueOf(queue));
    const redrive = JSON.parse(attributes.RedrivePolicy ?? '{}') as Record<string, unknown>;
    assert.equal(redrive.deadLetterTargetArn, deadLetters.QueueArn, queue);
    assert.equal(Number(redrive.maxReceiveCount), 3, queue);
    assert.equal(attributes.VisibilityTimeout, '36', queue);
    assert.equal(Number(deadLetters.MessageRetentionPeriod), 14 * 24 * 3600, queue);
  }
  client.destroy();
}

async function sells(shop: Shop): Promise<void> {
  assert.equal(await shop.onHand('CP-502101'), 50);
  const key = { 'Idempotency-Key': 'compose-story' };
  const first = await shop.buy('CP-502101', 2, key);
  assert.equal(first.status, 201);
  assert.equal(first.body.totalKrw, 39_800);
  assert.deepEqual(await shop.buy('CP-502101', 2, key), first);
  const { token, ...sale } = first.body;
  assert.match(token, /^[\w-]{43}$/);
  assert.deepEqual((await shop.get(`/sales/${sale.id}`)).body, sale);
  assert.equal(await shop.onHand('CP-502101'), 48);
}

async function fillsTheWaitlist(shop: Shop): Promise<void> {
  await shop.buyOut('CP-502104');
  const wait = (customerEmail: string) =>
    shop.post('/sales', {
      ...{ lines: [{ sku: 'CP-502104', quantity: 1 }], onShortage: 'backorder', customerEmail },
    });
  const [first, second] = [await wait('first@example.com'), await wait('second@example.com')];
  assert.deepEqual([first.status, first.body.status, first.body.waiting.position], [202, 'WAITING', 1]);
  assert.equal(second.body.waiting.position, 2);
  const cancelled = await shop.post(`/sales/${first.body.id}/cancel`, { note: 'for the story' });
  assert.equal(cancelled.body.status, 'CANCELLED');
  await eventually(
    async () => assert.equal((await shop.get(`/sales/${second.body.id}`)).body.status, 'CONFIRMED'),
    PATIENCE_MS,
  );
  await eventually(async () => {
    const mails = (await shop.mails()).filter(({ text }) => text.includes(second.body.id));
    assert.deepEqual(
      mails.map(({ to }) => to),
      ['second@example.com'],
    );
  }, PATIENCE_MS);
}

async function refills(shop: Shop): Promise<void> {
  const soldOutAt = Date.now();
  assert.equal((await shop.buy('CP-502101', 48)).status, 201);
  const refused = await shop.buy('CP-502101', 1);
  assert.equal(refused.status, 409);
  assert.equal(refused.body.code, 'STOCK.INSUFFICIENT');
  const { id, quantity } = refused.body.shortages[0].restockOrder;

  await eventually(async () => assert.equal(await shop.onHand('CP-502101'), quantity), PATIENCE_MS);
  assert.ok(Date.now() - soldOutAt >= LEAD_TIME_MS, 'the goods came before the factory could make them');
  assert.equal((await shop.get(`/restock-orders/${id}`)).body.status, 'RECEIVED');
  assert.equal((await shop.buy('CP-502101', 1)).status, 201);
  await eventually(async () => {
    const subjects = (await shop.mails()).filter(({ subject }) => subject.includes('CP-502101'));
    assert.deepEqual(subjects.map(({ to, subject }) => `${to}: ${subject}`).sort(), [
      'ad-manager@donut-states.example: [Donut-States] 도넛 (CP-502101) is back',
      'ad-manager@donut-states.example: [Donut-States] 도넛 (CP-502101) is sold out',
      'factory-manager@donut-states.example: [Donut-States] 도넛 (CP-502101) is sold out',
    ]);
  }, PATIENCE_MS);
}

async function redrives(shop: Shop): Promise<void> {
  await shop.setFaults({ failurePercent: 100, failureStatus: 422 });
  await shop.buyOut('CP-502102');
  const letter = await eventually(async () => {
    const { items } = (await shop.get('/dead-letters?status=OPEN')).body;
    assert.equal(items.length, 1);
    return items[0];
  }, PATIENCE_MS);
  assert.equal(letter.queue, 'restock');
  assert.equal(letter.cause.code, 'FACTORY.REFUSED');
  const alerts = async () => (await shop.mails()).filter(({ to }) => to === 'operations@example.com');
  await eventually(async () => assert.equal((await alerts()).length, 1), PATIENCE_MS);
  assert.match((await alerts())[0]!.text, new RegExp(`/dead-letters/${letter.id}/redrive`));

  await shop.setFaults({ failurePercent: 0, failureStatus: 500 });
  assert.equal((await shop.post(`/dead-letters/${letter.id}/redrive`, { by: 'kim' })).status, 200);
  const { quantity } = await shop.restockOrder('CP-502102');
  await eventually(async () => assert.equal(await shop.onHand('CP-502102'), quantity), PATIENCE_MS);
  assert.equal((await alerts()).length, 1);
}

/** One order is on its way when the worker dies, another is made while it is dead. */
async function workerReturns(stack: ComposeStack, shop: Shop): Promise<void> {
  await shop.buyOut('CP-502104');
  await eventually(
    async () => assert.equal((await shop.restockOrder('CP-502104')).status, 'ORDERED'),
    PATIENCE_MS,
  );
  await stack.kill('worker');
  await shop.buyOut('CP-502103');
  // By now the factory has delivered, and sales has taken it.
  await sleep(LEAD_TIME_MS + 3_000);
  assert.equal(await stack.isRunning('worker'), false);
  assert.equal(await shop.onHand('CP-502104'), 0);
  assert.equal((await shop.restockOrder('CP-502103')).status, 'REQUESTED');

  await stack.bringBack('worker');
  for (const sku of ['CP-502103', 'CP-502104']) {
    await eventually(
      async () => assert.equal((await shop.restockOrder(sku)).status, 'RECEIVED'),
      PATIENCE_MS,
    );
    const { quantity, receivedQuantity } = await shop.restockOrder(sku);
    assert.equal(receivedQuantity, quantity, sku);
    assert.equal(await shop.onHand(sku), quantity, sku);
  }
}

async function booksAgree(stack: ComposeStack, shop: Shop): Promise<void> {
  const { clean, differences, full } = (await shop.get('/reconcile?full=true')).body;
  assert.deepEqual({ clean, differences, full }, { clean: true, differences: [], full: true });
  await stack.execute('sales', ['node', 'dist/libs/inventory/src/reconcile.main.js']);
  assert.deepEqual((await shop.get('/dead-letters?status=OPEN')).body.items, []);
}

async function goesDown(stack: ComposeStack): Promise<void> {
  const statuses = await stack.down();
  assert.deepEqual(statuses, Object.fromEntries(SERVICES.map((service) => [service, 0])));
  await stack.remove();
  assert.deepEqual(await stack.leftovers(), []);
}

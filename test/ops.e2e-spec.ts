import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { eventually } from '../libs/runtime/src/testing/eventually.js';
import { freePorts } from '../libs/runtime/src/testing/free-ports.js';
import { type CommandResult, OpsCommand } from './ops-command.js';
import { OPERATIONS_API_KEY, RunningSystem } from './running-system.js';

const BROKEN = { failurePercent: 100, failureStatus: 422 };
const AWAY = { failurePercent: 100, failureStatus: 500 };
const MENDED = { failurePercent: 0, failureStatus: 500 };

let system: RunningSystem;
/** Three products with ten units each. */
let skus: string[];

const start = (parameters: string[], variables: Record<string, string> = {}) =>
  new OpsCommand(
    { OPERATIONS_URL: system.url('sales', ''), OPERATIONS_KEY: OPERATIONS_API_KEY, ...variables },
    parameters,
  );
const ops = (...parameters: string[]) => start(parameters).result;
const opsAs = (key: string, ...parameters: string[]) => start(parameters, { OPERATIONS_KEY: key }).result;
const json = async (...parameters: string[]) => JSON.parse((await ops(...parameters, '--json')).stdout);
/** Nothing was refused, and nothing but the answer was said. */
const fine = (result: CommandResult) => expect(result).toMatchObject({ status: 0, stderr: '' });
const openLetters = async () =>
  (await system.get('/dead-letters?status=OPEN')).body.items as { id: string }[];
const lettersAreOpen = (count: number) =>
  eventually(async () => expect(await openLetters()).toHaveLength(count), 30_000);

beforeAll(async () => {
  system = await RunningSystem.start({
    FACTORY_FAILURE_THRESHOLD: '1',
    FACTORY_PROBE_INTERVAL_SECONDS: '1',
    PROBE_TIME_LIMIT_MS: '200',
  });
  skus = [];
  for (let made = 0; made < 3; made++) skus.push(await system.newProduct(10));
}, 90_000);
afterAll(() => system.remove(), 60_000);

describe('the way from the mail to all done, by npm run ops', () => {
  it('begins with what there is to do', async () => {
    fine(await ops('dead-letters'));
    await system.setFaults(BROKEN);
    for (const sku of skus) await system.buy(sku, 10);
    await system.buy(skus[0]!, 2);
    await lettersAreOpen(3);
    const { status, stdout } = await ops('dead-letters');
    expect(status).toBe(0);
    const [title, row] = stdout.split('\n');
    expect(title).toMatch(/^CAUSE +QUEUE +LETTERS +FIRST +LAST +LAST HOUR +REFUSED +MUTED UNTIL +ABOUT$/);
    expect(row).toMatch(
      /^FACTORY\.REFUSED +restock +3 .* growing, 3 new +2 units +- +T-\w+ \(T-\w+\), .* and 1 more$/,
    );
    expect(stdout).toContain('FACTORY.REFUSED: Ask the factory why');
    expect(stdout).toContain('npm run ops -- redrive --cause FACTORY.REFUSED --first');
    expect(await json('dead-letters')).toEqual((await system.get('/dead-letters/groups')).body);
  }, 60_000);

  it('shows one letter, by what the list shows of its id', async () => {
    const { stdout } = await ops('dead-letters', 'list', '--sku', skus[0]!);
    const [, shortId] = /^(\w{8}) /m.exec(stdout.split('\n')[1]!)!;
    const shown = await ops('dead-letters', 'show', shortId!);
    fine(shown);
    expect(shown.stdout).toMatch(/^Opened +\d{4}-\d\d-\d\d [\d:]{8} \+09:00 \((now|\d+ (s|min) ago)\)$/m);
    expect(shown.stdout).toMatch(new RegExp(`^About +${skus[0]} \\(${skus[0]}\\)$`, 'm'));
    expect(shown.stdout).toMatch(/^ +3 .* FACTORY\.REFUSED +the factory answered 422$/m);
    expect(shown.stdout).toContain('What to do: Ask the factory why');
  });

  it('tries one, and stops when that fails again', async () => {
    const { status, stdout } = await ops('redrive', '--first', '--yes');
    expect(status).toBe(1);
    expect(stdout).toMatch(/^The first letter: restock order \w{8} of T-\w+ failed again: .*answered 422$/m);
    expect(stdout).toMatch(/^ +2 {2}to come$/m);
    expect(stdout).toMatch(/^2 letters left/m);
    await lettersAreOpen(3);
  }, 60_000);

  it('tries one of a mended cause, redrives the rest, and the goods come', async () => {
    await system.setFaults(MENDED);
    const planned = await ops('redrive', '--dry-run');
    fine(planned);
    expect(planned.stdout).toMatch(
      /^ +3 {2}to redrive\n\nNothing was done yet\. Do it, as a test with the first letter, or with all:\n.* jobs start [\w-]{36} --first\n.* jobs start [\w-]{36}$/m,
    );
    const first = await ops('redrive', '--first', '--yes', '--note', 'the factory works again');
    expect(first.status).toBe(0);
    expect(first.stdout).toMatch(/^The first letter: restock order \w{8} of T-\w+ is (ORDERED|RECEIVED)$/m);
    const rest = await ops('redrive', '--yes');
    expect(rest.status).toBe(0);
    expect(rest.stdout).toMatch(/ is DONE\n +2 {2}redriven\nFailed again so far: 0$/m);
    await eventually(async () => {
      for (const sku of skus) expect((await system.stock(sku)).onHand).toBeGreaterThan(0);
    });
    expect((await ops('dead-letters')).stdout).toBe('No dead letter is open.\n');
    expect(await ops('reconcile')).toEqual({
      status: 0,
      stdout: 'The books agree.\n',
      stderr: '',
    });
    const who = await ops('who');
    fine(who);
    expect(who.stdout).toMatch(/^You are operations, admin: /);
    expect(who.stdout).toMatch(/ dead_letter_job\.finished +\w{8} +- +REDRIVEN 2$/m);
  }, 60_000);
});

describe('a job that waits', () => {
  it('goes on without the command that started it, and can be followed', async () => {
    await system.setFaults(BROKEN);
    await system.buy(skus[0]!, (await system.stock(skus[0]!)).onHand);
    await lettersAreOpen(1);
    await system.setFaults(AWAY);
    await system.buy(skus[1]!, (await system.stock(skus[1]!)).onHand);
    await eventually(async () =>
      expect((await ops('orders', '--status', 'WAITING_FOR_FACTORY')).stdout).toContain(skus[1]!),
    );
    const command = start(['redrive', '--yes']);
    await eventually(() => expect(command.stderr).toContain('waits for factory:FF-500293'), 20_000);
    command.interrupt();
    const { status, stderr } = await command.result;
    expect(status).toBe(130);
    const [, id] = /^Follow it: {2}npm run ops -- jobs show ([\w-]{36}) --follow$/m.exec(stderr)!;
    expect(stderr).toContain(`Cancel it:  npm run ops -- jobs cancel ${id}`);
    expect((await ops('jobs', '--status', 'RUNNING')).stdout).toMatch(/ RUNNING +factory:FF-500293 /);
    await system.setFaults(MENDED);
    expect((await ops('jobs', 'show', id!, '--follow')).stdout).toMatch(/ is DONE\n +1 {2}redriven\n/);
  }, 60_000);
});

describe('an edited message', () => {
  it('is sent in place of the one that failed', async () => {
    await system.post('/produce', { input: 41, delayMs: 60_000 });
    await lettersAreOpen(1);
    const [{ id }] = (await openLetters()) as [{ id: string }];
    const planned = await ops('redrive', '--edit', id.slice(-6), '--set', 'delayMs=0');
    fine(planned);
    expect(planned.stdout).toContain('  delayMs: 60000 -> 0\n');
    expect(await openLetters()).toHaveLength(1);
    fine(await ops('redrive', '--edit', id, '--set', 'delayMs=0', '--note', 'shorter', '--yes'));
    expect((await system.get(`/dead-letters/${id}`)).body).toMatchObject({
      status: 'REDRIVEN',
      editedBody: { delayMs: 0 },
      resolutionNote: 'shorter',
    });
    expect((await ops('dead-letters', 'show', id)).stdout).toMatch(/^Sent in its place$/m);
    const refused = await ops('redrive', '--edit', id, '--set', 'delayMs=0', '--yes');
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('(DEAD_LETTER.RESOLVED)') });
  }, 30_000);
});

describe('every command', () => {
  it('prints a table, and with --json the answer of the API', async () => {
    const [order] = (await system.get('/restock-orders')).body.items;
    const [job] = (await system.get('/dead-letter-jobs')).body.items;
    const [letter] = (await system.get('/dead-letters')).body.items;
    const sku = skus[0]!;
    for (const [parameters, path] of [
      [['dead-letters', 'list', '--status', 'ANY', '--all'], '/dead-letters?limit=100'],
      [['dead-letters', 'show', letter.id], `/dead-letters/${letter.id}`],
      [['jobs'], '/dead-letter-jobs'],
      [['jobs', 'show', job.id], `/dead-letter-jobs/${job.id}`],
      [['jobs', 'letters', job.id], `/dead-letter-jobs/${job.id}/letters`],
      [['orders'], '/restock-orders'],
      [['orders', 'show', order.id], `/restock-orders/${order.id}`],
      [['stock'], '/products?limit=100'],
      [['stock', 'movements', sku], `/products/${sku}/movements`],
      [['reconcile'], '/reconcile'],
      [['who', 'did'], '/audit'],
      [['keys'], '/api-keys'],
    ] as const) {
      const table = await ops(...parameters);
      expect({ parameters, ...table }).toMatchObject({
        parameters,
        status: 0,
        stderr: expect.stringMatching(/^(There are more.*\n)?$/),
      });
      expect(table.stdout).not.toMatch(/undefined|\[object|NaN/);
      expect(table.stdout).not.toContain('\x1b');
      expect({ parameters, answer: await json(...parameters) }).toEqual({
        parameters,
        answer: (await system.get(path)).body,
      });
    }
    expect(await json('stock', sku)).toMatchObject({ product: { sku }, ledger: { sku }, restockOrders: {} });
    const suggested = await ops('stock', 'suggest', sku);
    expect(suggested).toMatchObject({ status: 0, stderr: '' });
    expect(suggested.stdout).toMatch(/^reorderPoint +[\d,]+ +units +ceil\(demandPerDay/m);
    expect(await json('stock', 'suggest', sku)).toMatchObject({ sku, figures: { length: 12 } });
    expect((await ops('stock', sku)).stdout).toMatch(/^GOODS_RECEIPT +\d+ +\+\d+$/m);
    expect(await json('who')).toMatchObject({
      operator: { name: 'operations' },
      audit: { items: { length: 5 } },
    });
  }, 60_000);

  it('changes what it says, with a note in the audit', async () => {
    const sku = skus[2]!;
    const { onHand } = await system.stock(sku);
    const adjusted = await ops('stock', 'adjust', sku, '-3', '--note', 'count of 22 November');
    expect(adjusted).toEqual({
      status: 0,
      stdout: `${sku} (${sku}): -3, now ${onHand - 3} units on hand, ${onHand - 3} units available\n`,
      stderr: '',
    });
    expect((await ops('who', 'did', '--subject', `stock:${sku}`)).stdout).toMatch(
      new RegExp(`stock\\.adjusted +${sku} +count of 22 November +onHand ${onHand} -> ${onHand - 3}$`, 'm'),
    );
    const muting = ['dead-letters', 'mute', 'probe', 'PROBE.TIME_LIMIT'];
    expect((await ops(...muting, '--for', '2h')).stdout).toMatch(
      /^No mail tells of probe PROBE\.TIME_LIMIT until /,
    );
    expect(await json(...muting, '--off')).toMatchObject({ mutedUntil: null });
    await system.post('/produce', { input: 1, delayMs: 60_000 });
    await lettersAreOpen(1);
    const [{ id }] = (await openLetters()) as [{ id: string }];
    expect((await ops('dead-letters', 'discard', id, '--note', 'a test')).stdout).toMatch(
      /^Discarded {2}[\w-]{36} /,
    );
    await system.setFaults(BROKEN);
    await system.buy(sku, onHand - 3);
    await lettersAreOpen(1);
    const order = (await system.openRestockOrder(sku))!;
    const cancelled = await ops('orders', 'cancel', order.id.slice(-8), '--note', 'not needed');
    expect(cancelled.stdout).toMatch(/^State +CANCELLED$/m);
    await system.setFaults(MENDED);
    expect((await ops('redrive', '--yes')).status).toBe(0);
  }, 60_000);

  it('names the ids that a part of one may mean', async () => {
    const orders = (await system.get('/restock-orders')).body.items as { id: string }[];
    const { status, stderr } = await ops('orders', 'show', orders[0]!.id.slice(0, 4));
    expect(status).toBe(1);
    expect(stderr).toMatch(/^The ids of \d+ restock orders begin or end with \w{4}:\n/);
    expect(stderr).toContain(`  ${orders[0]!.id}  `);
  });

  it('ends quietly when nobody reads on', async () => {
    const command = start(['who', 'did', '--limit', '100']);
    command.closeOutput();
    expect(await command.result).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('a key', () => {
  it('is made, is refused what is not for its role, is replaced, and is revoked', async () => {
    const made = await ops('keys', 'add', 'lee', 'viewer');
    expect(made).toMatchObject({ status: 0, stdout: expect.stringMatching(/^donut_[\w-]+\n$/) });
    const key = made.stdout.trim();
    expect((await opsAs(key, 'who')).stdout).toMatch(/^You are lee, viewer: you may read all\.$/m);
    const refused = await opsAs(key, 'redrive', '--yes', '--json');
    expect(refused).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('(AUTH.ROLE_REQUIRED)\n  The key lee has the role viewer.'),
    });
    expect(JSON.parse(refused.stdout)).toMatchObject({
      code: 'AUTH.ROLE_REQUIRED',
      requiredRole: 'operator',
    });
    const rotated = (await ops('keys', 'rotate', 'lee', '--overlap', '1h')).stdout.trim();
    expect([(await opsAs(key, 'who')).status, (await opsAs(rotated, 'who')).status]).toEqual([0, 0]);
    expect((await ops('keys')).stdout).toMatch(/^lee +viewer +VALID .* \(in 1 h\)$/m);
    fine(await ops('keys', 'revoke', 'lee'));
    await eventually(async () => expect((await opsAs(rotated, 'who')).status).toBe(1));
    expect(await ops('keys', 'revoke', 'nobody')).toMatchObject({ status: 1, stdout: '' });
  }, 30_000);

  it('that is not valid is told by the variable that it stands in, or by its file', async () => {
    const url = system.url('sales', '');
    expect(await opsAs('wrong', 'who')).toEqual({
      status: 1,
      stdout: '',
      stderr: `The key in OPERATIONS_KEY is not valid at ${url} (AUTH.KEY_REQUIRED)\n`,
    });
    // npm start was given another key than it has made.
    const { DATA_DIR, SALES_PORT } = system.variables as { DATA_DIR: string; SALES_PORT: string };
    const local = await new OpsCommand({ DATA_DIR, SALES_PORT }, ['who']).result;
    expect(local.stderr).toBe(
      `The key in ${join(DATA_DIR, 'keys.json')} is not valid at ${url} (AUTH.KEY_REQUIRED)\n`,
    );
    const none = await new OpsCommand({ DATA_DIR: join(DATA_DIR, 'none') }, ['who']).result;
    expect(none).toMatchObject({
      status: 78,
      stderr: expect.stringMatching(/^OPERATIONS_KEY is missing.*\n$/),
    });
  });
});

describe('a sales API that is away', () => {
  it('is one line, and status 1', async () => {
    const [port] = await freePorts(1);
    const { status, stdout, stderr } = await ops('who', '--url', `http://127.0.0.1:${port}`);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^No answer from http:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED .+\n$/);
    expect((await ops('who', '--url', system.url('mail', ''))).stderr).toMatch(/is it the right URL\?\n$/);
  });
});

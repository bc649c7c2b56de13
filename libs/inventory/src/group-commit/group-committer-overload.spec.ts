import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeldDisk, openCommitter } from '../testing/held-disk.js';
import { type GroupCommitter } from './group-committer.js';

describe('the group committer, when more arrives than it can commit', () => {
  let committer: GroupCommitter<string, string>;

  function open(options: Parameters<typeof openCommitter>[0]): void {
    committer = openCommitter(options);
  }

  const submitAll = (...items: string[]) => items.map((item) => committer.submit(item));

  afterEach(() => committer.close());

  it('admits no more than it commits within the longest wait, at the pace of the last batches', async () => {
    const disk = new HeldDisk();
    open({ commit: disk.commit, limits: { batchSize: 10, waitMs: 400 } });
    void submitAll('a');
    // On a busy machine the batch may begin late: the 200 ms are counted from its beginning.
    await disk.begun(1);
    await sleep(200);
    await disk.end(0);
    // A batch took about 200 ms, of which the average takes a fifth: 400 / 40 batches of 10.
    expect(committer.maxWaiting).toBeGreaterThanOrEqual(10);
    expect(committer.maxWaiting).toBeLessThanOrEqual(100);
    const most = committer.maxWaiting;
    const waiting = submitAll(...Array.from({ length: most }, (_, index) => `waiting ${index}`));
    expect(await committer.submit('one too many')).toEqual({ kind: 'OVERLOADED' });
    expect(committer.waitingCount).toBe(most);
    void Promise.allSettled(waiting);
  });

  it('always admits one whole batch, however slow the last was', async () => {
    const disk = new HeldDisk();
    open({ commit: disk.commit, limits: { batchSize: 3, waitMs: 1 } });
    void submitAll('a');
    await sleep(50);
    await disk.end(0);
    expect(committer.maxWaiting).toBe(3);
  });

  it('refuses an item that has waited too long, while a batch hangs', async () => {
    const disk = new HeldDisk();
    open({ commit: disk.commit, limits: { batchSize: 10, waitMs: 100 } });
    const begun = committer.submit('begun');
    await disk.begun(1);
    const waiting = committer.submit('waiting');
    expect(await waiting).toEqual({ kind: 'OVERLOADED' });
    expect(disk.batches).toEqual([['begun']]);
    await disk.end(0);
    expect(await begun).toBe('begun is on disk');
  });

  it('begins an item that is overdue only because the event loop was busy', async () => {
    const waitMs = 50;
    open({ commit: async (items) => items, limits: { batchSize: 10, waitMs } });
    // In the next turn of the event loop, timers run before the `setImmediate` that begins the batch.
    await new Promise((resolve) => setImmediate(resolve));
    const outcome = committer.submit('delayed');
    const since = performance.now();
    while (performance.now() < since + 2 * waitMs);
    expect(await outcome).toBe('delayed');
  });
});

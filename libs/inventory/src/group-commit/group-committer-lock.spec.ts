import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeldDisk, openCommitter } from '../testing/held-disk.js';
import { type GroupCommitter } from './group-committer.js';

describe('the group committer, with a commit that waits for a lock', () => {
  let committer: GroupCommitter<string, string>;

  function open(options: Parameters<typeof openCommitter>[0]): void {
    committer = openCommitter(options);
  }

  const submitAll = (...items: string[]) => items.map((item) => committer.submit(item));

  afterEach(() => committer.close());

  /** A lock that the test grants. */
  class Lock {
    private readonly requests: PromiseWithResolvers<void>[] = [];

    readonly lock = (): Promise<void> => {
      const request = Promise.withResolvers<void>();
      this.requests.push(request);
      return request.promise;
    };

    async grant(index: number): Promise<void> {
      while (this.requests.length <= index) await sleep(1);
      this.requests[index]!.resolve();
      await sleep(1);
    }
  }

  it('gathers a batch only when the lock is held', async () => {
    const disk = new HeldDisk();
    const lock = new Lock();
    open({ commit: disk.commit, lock: lock.lock });
    const first = submitAll('a', 'b');
    await sleep(5);
    const second = submitAll('c');
    expect(disk.batches).toEqual([]);
    await lock.grant(0);
    expect(disk.batches).toEqual([['a', 'b', 'c']]);
    await disk.end(0);
    await Promise.all([...first, ...second]);
  });

  it('skips abandoned items, and waits for the lock again for later ones', async () => {
    const lock = new Lock();
    const abandoned = new Set(['a']);
    open({
      lock: lock.lock,
      commit: async (items) => [...items],
      isAbandoned: (item) => abandoned.has(item),
    });
    const first = committer.submit('a');
    await lock.grant(0);
    expect(await first).toEqual({ kind: 'ABANDONED' });
    const second = committer.submit('b');
    await lock.grant(1);
    expect(await second).toBe('b');
  });

  it('answers items that wait too long for the lock, and drains', async () => {
    const lock = new Lock();
    open({ lock: lock.lock, commit: async (items) => [...items], limits: { batchSize: 10, waitMs: 40 } });
    const first = committer.submit('a');
    const drained = committer.drain();
    expect(await first).toEqual({ kind: 'OVERLOADED' });
    await lock.grant(0);
    await drained;
  });
});

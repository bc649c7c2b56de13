import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeldDisk, openCommitter } from '../testing/held-disk.js';
import { GroupCommitter } from './group-committer.js';

describe('the group committer', () => {
  let committer: GroupCommitter<string, string>;

  function open(options: Parameters<typeof openCommitter>[0]): void {
    committer = openCommitter(options);
  }

  const submitAll = (...items: string[]) => items.map((item) => committer.submit(item));

  afterEach(() => committer.close());

  it('commits items that arrive together as one batch, and items that arrive meanwhile as the next', async () => {
    const disk = new HeldDisk();
    open(disk);
    const first = submitAll('a', 'b');
    await disk.begun(1);
    const second = submitAll('c', 'd', 'e');
    await sleep(1);
    expect(disk.batches).toEqual([['a', 'b']]);
    await disk.end(0);
    await disk.end(1);
    expect(await Promise.all([...first, ...second])).toEqual(
      ['a', 'b', 'c', 'd', 'e'].map((item) => `${item} is on disk`),
    );
    expect(disk.batches).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ]);
  });

  it('begins the next batch before it answers the last one', async () => {
    const disk = new HeldDisk();
    open(disk);
    let batchesAtAnswer = 0;
    const answered = committer.submit('a').then(() => (batchesAtAnswer = disk.batches.length));
    await disk.begun(1);
    void committer.submit('b');
    await disk.end(0);
    await answered;
    expect(batchesAtAnswer).toBe(2);
    await disk.end(1);
  });

  it('makes no batch larger than the batch size, and keeps the order', async () => {
    const disk = new HeldDisk();
    open({ ...disk, commit: disk.commit, limits: { batchSize: 2, waitMs: 10_000 } });
    // As many may wait as are committed within the longest wait: the first batch was quick.
    void submitAll('a');
    await disk.end(0);
    void submitAll('b', 'c', 'd', 'e', 'f');
    for (const batch of [1, 2, 3]) await disk.end(batch);
    expect(disk.batches).toEqual([['a'], ['b', 'c'], ['d', 'e'], ['f']]);
  });

  it('begins an item that has waited elsewhere before those that arrived after it', async () => {
    const disk = new HeldDisk();
    open(disk);
    void submitAll('first');
    await disk.begun(1);
    const arrived = performance.now();
    const waiting = [...submitAll('a', 'b'), committer.submit('elsewhere', arrived), committer.submit('c')];
    const drained = committer.drain();
    await disk.end(0);
    await disk.end(1);
    await Promise.all([...waiting, drained]);
    expect(disk.batches).toEqual([['first'], ['elsewhere', 'a', 'b', 'c']]);
  });

  it('drains to the last item, also when one that arrived before was submitted after it', async () => {
    const disk = new HeldDisk();
    open({ ...disk, commit: disk.commit, limits: { batchSize: 1, waitMs: 10_000 } });
    void submitAll('first');
    await disk.begun(1);
    const arrived = performance.now();
    void submitAll('a', 'b');
    void committer.submit('elsewhere', arrived);
    let isDrained = false;
    const drained = committer.drain().then(() => (isDrained = true));
    for (const batch of [0, 1, 2]) await disk.end(batch);
    expect(isDrained).toBe(false);
    await disk.end(3);
    await drained;
    expect(disk.batches).toEqual([['first'], ['elsewhere'], ['a'], ['b']]);
  });

  it('counts the wait of an item that has waited elsewhere from its arrival', async () => {
    const disk = new HeldDisk();
    const waitMs = 10_000;
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    try {
      open({ ...disk, commit: disk.commit, limits: { batchSize: 100, waitMs } });
      void submitAll('first');
      await new Promise((resolve) => setImmediate(resolve));
      const fresh = committer.submit('fresh');
      const elsewhere = committer.submit('elsewhere', performance.now() - waitMs / 2);
      await jest.advanceTimersByTimeAsync(waitMs / 2 + waitMs / 20);
      expect(await Promise.race([fresh, elsewhere])).toEqual({ kind: 'OVERLOADED' });
      expect(committer.waitingCount).toBe(1);
    } finally {
      jest.useRealTimers();
    }
    await disk.end(0);
    await disk.end(1);
    expect(disk.batches).toEqual([['first'], ['fresh']]);
  });

  it('rejects an item whose own outcome is an error, and no other', async () => {
    open({
      commit: async (items) => items.map((item) => (item === 'bad' ? new Error('no such thing') : item)),
    });
    const [good, bad] = await Promise.allSettled(submitAll('good', 'bad'));
    expect(good).toMatchObject({ status: 'fulfilled', value: 'good' });
    expect(bad).toMatchObject({ status: 'rejected', reason: { message: 'no such thing' } });
  });

  it('halves a failed batch until the item that made it fail is alone', async () => {
    const batches: string[][] = [];
    open({
      commit: async (items) => {
        batches.push([...items]);
        if (items.includes('poison')) throw new Error('cannot be stored');
        return items;
      },
    });
    const items = ['a', 'b', 'c', 'd', 'poison', 'e', 'f', 'g'];
    const settled = await Promise.allSettled(submitAll(...items));
    expect(settled.map(({ status }) => status)).toEqual(
      items.map((item) => (item === 'poison' ? 'rejected' : 'fulfilled')),
    );
    // A binary search makes 7 attempts; one item at a time would make 9.
    expect(batches).toHaveLength(7);
  });

  it('rejects the whole batch at once for an error that concerns all its items', async () => {
    let attempts = 0;
    open({
      concernsAll: () => true,
      commit: async () => {
        attempts += 1;
        throw new Error('no database');
      },
    });
    const settled = await Promise.allSettled(submitAll('a', 'b', 'c'));
    expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(3);
    expect(attempts).toBe(1);
  });

  it('commits the next batch after one that failed', async () => {
    let isBroken = true;
    open({
      concernsAll: () => true,
      commit: async (items) => {
        if (isBroken) throw new Error('no database');
        return items;
      },
    });
    await expect(committer.submit('a')).rejects.toThrow('no database');
    isBroken = false;
    expect(await committer.submit('b')).toBe('b');
  });

  it('leaves out an item that was abandoned before its batch began', async () => {
    const disk = new HeldDisk();
    const abandoned = new Set<string>();
    open({ commit: disk.commit, isAbandoned: (item) => abandoned.has(item) });
    void submitAll('a');
    await disk.begun(1);
    const waiting = submitAll('b', 'c');
    abandoned.add('b').add('a');
    await disk.end(0);
    await disk.end(1);
    expect(await Promise.all(waiting)).toEqual([{ kind: 'ABANDONED' }, 'c is on disk']);
    expect(disk.batches).toEqual([['a'], ['c']]);
  });

  it('commits later items after a batch of abandoned ones', async () => {
    open({ commit: async (items) => items, isAbandoned: (item) => item.startsWith('abandoned') });
    expect(await Promise.all(submitAll('abandoned 1', 'abandoned 2'))).toEqual([
      { kind: 'ABANDONED' },
      { kind: 'ABANDONED' },
    ]);
    expect(await committer.submit('kept')).toBe('kept');
  });

  it('reports how long the items of a batch waited and how long the commit took', async () => {
    const disk = new HeldDisk();
    const reports: { waitsMs: readonly number[]; commitMs: number }[] = [];
    open({ commit: disk.commit, observe: (batch) => reports.push(batch) });
    void submitAll('a');
    await disk.begun(1);
    void submitAll('b', 'c');
    await sleep(30);
    await disk.end(0);
    await disk.end(1);
    expect(reports.map(({ waitsMs }) => waitsMs.length)).toEqual([1, 2]);
    expect(reports[0]!.commitMs).toBeGreaterThan(25);
    expect(Math.min(...reports[1]!.waitsMs)).toBeGreaterThan(25);
  });

  it('has answered every submitted item when it is drained', async () => {
    const disk = new HeldDisk();
    open({ commit: disk.commit, limits: { batchSize: 2, waitMs: 10_000 } });
    let answered = 0;
    for (const item of submitAll('a', 'b')) void item.then(() => (answered += 1));
    await disk.begun(1);
    for (const item of submitAll('c', 'd')) void item.then(() => (answered += 1));
    const drained = committer.drain().then(() => answered);
    await disk.end(0);
    await disk.end(1);
    expect(await drained).toBe(4);
  });

  it('is not drained before the batch of an abandoned item is committed', async () => {
    const disk = new HeldDisk();
    open({ commit: disk.commit, isAbandoned: (item) => item === 'abandoned' });
    const [kept] = submitAll('kept', 'abandoned');
    let isDrained = false;
    const drained = committer.drain().then(() => (isDrained = true));
    await sleep(10);
    expect(isDrained).toBe(false);
    await disk.end(0);
    await drained;
    expect(await kept).toBe('kept is on disk');
  });

  it('rejects its items when a commit fails before it gathers them', async () => {
    committer = new GroupCommitter({
      limits: { batchSize: 100, waitMs: 10_000 },
      concernsAll: () => true,
      isAbandoned: () => false,
      commit: () => Promise.reject(new Error('no connection')),
    });
    await expect(committer.submit('a')).rejects.toThrow('no connection');
    await committer.drain();
  });
});

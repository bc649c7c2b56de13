import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeldDisk, openCommitter } from '../testing/held-disk.js';
import { type GroupCommitter } from './group-committer.js';

describe('two batches in flight', () => {
  let committer: GroupCommitter<string, string>;

  afterEach(() => committer.close());

  const submit = (...items: string[]) => items.map((item) => committer.submit(item));

  /** A first batch of five is in flight. */
  async function open(options: Partial<Parameters<typeof openCommitter>[0]> = {}) {
    const disk = new HeldDisk();
    committer = openCommitter({ maxInFlight: 2, commit: disk.commit, ...options });
    const first = submit('a', 'b', 'c', 'd', 'e');
    await disk.begun(1);
    return { disk, first };
  }

  it('are made when as many wait as the first has, and not before', async () => {
    const { disk } = await open();
    void submit('1', '2', '3', '4');
    await sleep(5);
    expect(disk.batches).toHaveLength(1);
    void submit('5');
    await disk.begun(2);
    expect(disk.batches[1]).toEqual(['1', '2', '3', '4', '5']);
    await disk.end(0);
    await disk.end(1);
  });

  it('are two at the most', async () => {
    const { disk } = await open();
    void submit('1', '2', '3', '4', '5');
    await disk.begun(2);
    void submit('6', '7', '8', '9', '10');
    await sleep(5);
    expect(disk.batches).toHaveLength(2);
    await disk.end(0);
    await disk.begun(3);
    expect(disk.batches[2]).toEqual(['6', '7', '8', '9', '10']);
    await disk.end(1);
    await disk.end(2);
  });

  it('follow each other when one ends, as soon as as many wait as the other has', async () => {
    const { disk } = await open();
    void submit('1', '2', '3', '4', '5');
    await disk.begun(2);
    void submit('6');
    await disk.end(0);
    await sleep(5);
    expect(disk.batches).toHaveLength(2);
    // None is in flight: whoever waits is begun.
    await disk.end(1);
    await disk.begun(3);
    expect(disk.batches[2]).toEqual(['6']);
    await disk.end(2);
  });

  it('are made at once when more wait than a batch takes', async () => {
    const disk = new HeldDisk();
    committer = openCommitter({
      maxInFlight: 2,
      commit: disk.commit,
      limits: { batchSize: 3, waitMs: 10_000 },
    });
    void submit('a');
    await disk.end(0);
    void submit('a', 'b', 'c', 'd', 'e', 'f', 'g');
    await disk.begun(3);
    expect(disk.batches.slice(1)).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'f'],
    ]);
    for (const batch of [1, 2, 3]) await disk.end(batch);
  });

  it('are not made while the first waits for its lock: it takes whatever arrives', async () => {
    const lock = Promise.withResolvers<void>();
    const disk = new HeldDisk();
    committer = openCommitter({ maxInFlight: 2, commit: disk.commit, lock: () => lock.promise });
    void submit('a');
    await sleep(5);
    void submit('b', 'c', 'd');
    await sleep(5);
    lock.resolve();
    await disk.begun(1);
    expect(disk.batches).toEqual([['a', 'b', 'c', 'd']]);
    await disk.end(0);
  });

  it('have outcomes of their own: one fails, the other is answered', async () => {
    const { disk, first } = await open({ concernsAll: () => true });
    const second = submit('1', '2', '3', '4', '5');
    const outcomes = Promise.allSettled([...first, ...second]);
    await disk.begun(2);
    await disk.end(0, new Error('no database'));
    await disk.end(1);
    expect((await outcomes).map(({ status }) => status)).toEqual([
      ...Array<string>(5).fill('rejected'),
      ...Array<string>(5).fill('fulfilled'),
    ]);
  });

  it('answer the second when it ends before the first', async () => {
    const { disk, first } = await open();
    const second = submit('1', '2', '3', '4', '5');
    await disk.end(1);
    expect(await Promise.all(second)).toContain('4 is on disk');
    let isAnswered = false;
    void Promise.race(first).then(() => (isAnswered = true));
    await sleep(5);
    expect(isAnswered).toBe(false);
    await disk.end(0);
  });

  it('are both drained, also when the second ends first', async () => {
    const { disk } = await open();
    void submit('1', '2', '3', '4', '5');
    await disk.begun(2);
    let isDrained = false;
    const drained = committer.drain().then(() => (isDrained = true));
    await disk.end(1);
    await sleep(5);
    expect(isDrained).toBe(false);
    await disk.end(0);
    await drained;
  });

  it('refuse what waits too long behind both', async () => {
    const { disk } = await open({ limits: { batchSize: 100, waitMs: 60 } });
    void submit('1', '2', '3', '4', '5');
    await disk.begun(2);
    expect(await committer.submit('late')).toEqual({ kind: 'OVERLOADED' });
    await disk.end(0);
    await disk.end(1);
  });
});

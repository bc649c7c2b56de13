import { setTimeout as sleep } from 'node:timers/promises';
import { GroupCommitter, type GroupCommitterOptions } from '../group-commit/group-committer.js';

export type TestCommitterOptions = Omit<GroupCommitterOptions<string, string>, 'commit'> & {
  commit: (items: readonly string[]) => Promise<readonly (string | Error)[]>;
  /** Awaited before the batch is gathered. */
  lock?: () => Promise<void>;
};

export function openCommitter({
  commit,
  lock,
  ...options
}: Partial<TestCommitterOptions> & Pick<TestCommitterOptions, 'commit'>): GroupCommitter<string, string> {
  return new GroupCommitter({
    limits: { batchSize: 100, waitMs: 10_000 },
    concernsAll: () => false,
    isAbandoned: () => false,
    ...options,
    commit: async (gather) => {
      await lock?.();
      return commit(gather());
    },
  });
}

/** A disk whose commits wait until the test ends them, or fails them. */
export class HeldDisk {
  readonly batches: string[][] = [];
  private readonly ends: PromiseWithResolvers<void>[] = [];

  readonly commit = async (items: readonly string[]): Promise<string[]> => {
    const end = Promise.withResolvers<void>();
    this.batches.push([...items]);
    this.ends.push(end);
    await end.promise;
    return items.map((item) => `${item} is on disk`);
  };

  /** Resolves when `count` batches have begun. */
  async begun(count: number): Promise<void> {
    while (this.batches.length < count) await sleep(1);
  }

  /** Ends the commit of the batch. */
  async end(batch: number, error?: Error): Promise<void> {
    await this.begun(batch + 1);
    if (error) this.ends[batch]!.reject(error);
    else this.ends[batch]!.resolve();
    await sleep(1);
  }
}

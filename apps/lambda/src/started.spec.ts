import { describe, expect, it } from '@jest/globals';
import { TimeoutError } from '#runtime';
import { Started } from './started.js';

describe('an application of an environment', () => {
  it('starts with it, and once', async () => {
    let starts = 0;
    const started = new Started(async () => (starts += 1));
    expect(starts).toBe(1);
    expect(await started.get(1_000)).toBe(1);
    expect(await started.get(1_000)).toBe(1);
  });

  it('starts again for the next invocation when it failed', async () => {
    let starts = 0;
    const started = new Started(() => {
      starts += 1;
      return starts === 1 ? Promise.reject(new Error('no database')) : Promise.resolve('running');
    });
    await expect(started.get(1_000)).rejects.toThrow('no database');
    expect(await started.get(1_000)).toBe('running');
  });

  it('goes on starting when an invocation could not wait for it', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    let starts = 0;
    const started = new Started(() => {
      starts += 1;
      return promise;
    });
    await expect(started.get(10)).rejects.toThrow(TimeoutError);
    resolve('running');
    expect(await started.get(10)).toBe('running');
    expect(starts).toBe(1);
  });
});

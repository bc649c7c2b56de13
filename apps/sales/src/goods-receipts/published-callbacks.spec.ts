import { describe, expect, it } from '@jest/globals';
import { PublishedCallbacks } from './published-callbacks.js';

const MINUTE_MS = 60_000;

describe('published callbacks', () => {
  const publish = (published: PublishedCallbacks, times: number) =>
    Promise.all(Array.from({ length: times }, () => published.publish('a', async () => undefined)));

  it('are enough when the queue has acknowledged five within a minute', async () => {
    const published = new PublishedCallbacks();
    await publish(published, 4);
    expect(published.covered('a')).toBeUndefined();
    await publish(published, 1);
    await expect(published.covered('a')).resolves.toBeUndefined();
    expect(published.covered('b')).toBeUndefined();
    expect(published.covered('a', performance.now() + MINUTE_MS)).toBeUndefined();
  });

  it('are not enough when the queue has refused the copies', async () => {
    const published = new PublishedCallbacks();
    for (let count = 0; count < 20; count += 1) {
      await expect(published.publish('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    }
    expect(published.covered('a')).toBeUndefined();
  });

  const fiveUnderWay = () => {
    const published = new PublishedCallbacks();
    const outcomes = Array.from({ length: 5 }, () => Promise.withResolvers<undefined>());
    const copies = outcomes.map(({ promise }) => published.publish('a', () => promise));
    return { published, outcomes, copies: Promise.allSettled(copies) };
  };

  it('are enough while five are in flight, as soon as one of these is acknowledged', async () => {
    const { published, outcomes, copies } = fiveUnderWay();
    const others = [published.covered('a'), published.covered('a')];
    for (const { reject } of outcomes.slice(1)) reject(new Error('away'));
    outcomes[0]!.resolve(undefined);
    expect((await copies).map(({ status }) => status)).toEqual(['fulfilled', ...Array(4).fill('rejected')]);
    for (const other of others) await expect(other).resolves.toBeUndefined();
  });

  it('are refused when the queue acknowledges none of the five in flight', async () => {
    const { published, outcomes, copies } = fiveUnderWay();
    const other = published.covered('a')!;
    const refused = expect(other).rejects.toThrow('away');
    for (const { reject } of outcomes) reject(new Error('away'));
    await copies;
    await refused;
    expect(published.covered('a')).toBeUndefined();
  });

  it('are remembered up to a fixed number of keys', () => {
    const published = new PublishedCallbacks();
    for (let count = 0; count < 25_000; count += 1) void published.covered(`key ${count}`);
    expect(published.size).toBe(10_000);
  });
});

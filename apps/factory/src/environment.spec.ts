import { describe, expect, it } from '@jest/globals';
import { EnvironmentError } from '#runtime';
import { faultsOf, readFactoryEnvironment } from './environment.js';

describe('readFactoryEnvironment', () => {
  it('defaults to a slow factory with low concurrency and no faults', () => {
    const environment = readFactoryEnvironment({});
    expect(environment).toMatchObject({ HOST: '127.0.0.1', FACTORY_PORT: 3002 });
    expect(environment.FACTORY_STATE_FILE).toBeUndefined();
    expect(faultsOf(environment)).toEqual({
      leadTimeMs: 10_000,
      latencyMs: 200,
      concurrencyLimit: 2,
      failurePercent: 0,
      failureStatus: 500,
      hangPercent: 0,
      dropAfterAcceptPercent: 0,
      duplicatePercent: 0,
      partialPercent: 0,
      latePercent: 0,
      outOfOrderPercent: 0,
      seed: 1,
    });
  });

  it('takes every fault from its own variable', () => {
    const faults = faultsOf(
      readFactoryEnvironment({
        FACTORY_LEAD_TIME_MS: '1',
        FACTORY_LATENCY_MS: '2',
        FACTORY_CONCURRENCY_LIMIT: '3',
        FACTORY_FAILURE_PERCENT: '4',
        FACTORY_FAILURE_STATUS: '429',
        FACTORY_HANG_PERCENT: '6',
        FACTORY_DROP_AFTER_ACCEPT_PERCENT: '7',
        FACTORY_DUPLICATE_PERCENT: '8',
        FACTORY_PARTIAL_PERCENT: '9',
        FACTORY_LATE_PERCENT: '10',
        FACTORY_OUT_OF_ORDER_PERCENT: '0.5',
        FACTORY_SEED: '12',
      }),
    );
    expect(Object.values(faults)).toEqual([1, 2, 3, 4, 429, 6, 7, 8, 9, 10, 0.5, 12]);
  });

  it('names every variable that is out of range', () => {
    const read = () =>
      readFactoryEnvironment({
        FACTORY_HANG_PERCENT: '101',
        FACTORY_SEED: '-1',
        FACTORY_LEAD_TIME_MS: 'soon',
      });
    expect(read).toThrow(EnvironmentError);
    expect(read).toThrow(/FACTORY_HANG_PERCENT[^]*FACTORY_SEED|FACTORY_SEED[^]*FACTORY_HANG_PERCENT/);
    expect(read).toThrow(/FACTORY_LEAD_TIME_MS/);
  });
});

import { describe, expect, it } from '@jest/globals';
import { OpsEnvironmentError, readOpsEnvironment } from './environment.js';

describe('the environment of the command line', () => {
  it('needs nothing, and an empty variable counts as none', () => {
    const nothing = { SALES_PORT: '3000', DATA_DIR: '.donut-states' };
    expect(readOpsEnvironment({})).toEqual(nothing);
    expect(readOpsEnvironment({ OPERATIONS_URL: '', OPERATIONS_KEY: '', SALES_PORT: '' })).toEqual(nothing);
  });

  it('names every variable that is not usable, and no value', () => {
    const read = () =>
      readOpsEnvironment({ OPERATIONS_URL: 'shop.example.com', OPERATIONS_KEY: 'a secret', SALES_PORT: 'x' });
    expect(read).toThrow(OpsEnvironmentError);
    expect(read).toThrow(/- OPERATIONS_URL .*\n {2}- OPERATIONS_KEY .*\n {2}- SALES_PORT /);
    expect(read).not.toThrow(/secret|shop/);
  });
});

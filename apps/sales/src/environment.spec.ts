import { EnvironmentError, readEnvironment } from '#runtime';
import { describe, expect, it } from '@jest/globals';
import { SalesEnvironment } from './environment.js';

const NEEDED = {
  DATABASE_URL: 'warehouse.sqlite',
  OPERATIONS_API_KEY: 'k'.repeat(16),
  CALLBACK_SIGNING_KEY: 'k'.repeat(32),
  SALE_TOKEN_KEY: 't'.repeat(32),
  QUEUE_URL_PREFIX: 'http://127.0.0.1:4566/000000000000/',
};

const read = (variables: Record<string, string>) =>
  readEnvironment(SalesEnvironment, { ...NEEDED, ...variables });

describe('the environment of the sales service', () => {
  it('limits no client and trusts no proxy by default', () => {
    const environment = read({ TRUSTED_PROXIES: '' });
    expect(environment.RATE_LIMIT_PER_MINUTE).toBe(0);
    expect(environment.TRUSTED_PROXIES).toBeUndefined();
  });

  describe('the second callback signing key', () => {
    const [current, other] = ['c'.repeat(32), 'd'.repeat(32)];
    const inProduction = (previous: string) =>
      read({
        NODE_ENV: 'production',
        OPERATIONS_API_KEY: 'o'.repeat(32),
        CALLBACK_SIGNING_KEY: current,
        CALLBACK_SIGNING_KEY_PREVIOUS: previous,
      });

    it('is optional', () => {
      expect(read({ CALLBACK_SIGNING_KEY_PREVIOUS: '' }).CALLBACK_SIGNING_KEY_PREVIOUS).toBeUndefined();
      expect(inProduction(other).CALLBACK_SIGNING_KEY_PREVIOUS).toBe(other);
    });

    it.each([
      ['has fewer characters than 32', 'd'.repeat(31), /must not have fewer than 32 characters/],
      ['is an example', 'test-callback-signing-key-of-32-chars', /is an example that everybody knows/],
      ['is the current key', current, /is the same as CALLBACK_SIGNING_KEY/],
      ['is the operations key', 'o'.repeat(32), /is the same as OPERATIONS_API_KEY/],
    ])('is refused when it %s', (_, previous, fault) => {
      expect(() => inProduction(previous)).toThrow(fault);
      expect(() => inProduction(previous)).toThrow('CALLBACK_SIGNING_KEY_PREVIOUS');
    });
  });

  it.each(['10.0.0.7', '10.0.0.0/16, 2001:db8::/32', 'loopback,uniquelocal'])(
    'accepts proxies as address, network or name: %s',
    (proxies) => expect(read({ TRUSTED_PROXIES: proxies }).TRUSTED_PROXIES).toBe(proxies),
  );

  it('limits the sale queue by default', () => {
    expect(read({})).toMatchObject({ SALE_BATCH_SIZE: 1_000, SALE_WAIT_LIMIT_MS: 2_000 });
  });

  it.each([
    ['SALE_BATCH_SIZE', '0'],
    ['SALE_BATCH_SIZE', '5001'],
    ['SALE_WAIT_LIMIT_MS', '99'],
    ['SALE_WAIT_LIMIT_MS', '30001'],
    ['REQUEST_LOG', 'everything'],
    ['RATE_LIMIT_PER_MINUTE', '-1'],
    ['TRUSTED_PROXIES', 'load-balancer'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', '10.0.0.1,'],
    ['TRUSTED_PROXIES', '1'],
    ['TRUSTED_PROXIES', '0.0.0.0/0'],
    ['TRUSTED_PROXIES', '0.0.0.0/1'],
    ['TRUSTED_PROXIES', '::ffff:0:0/96'],
    ['WRONG_KEYS_PER_MINUTE', '0'],
    ['MAX_CONNECTIONS', '9'],
    ['ADMIN_PORT', '0'],
    ['ADMIN_PORT', '3000'],
    ['ADMIN_PORT', '65536'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'shop.example.com'],
    ['CORS_ORIGINS', 'https://shop.example.com/'],
    ['CORS_ORIGINS', 'https://shop.example.com,'],
    ['CORS_ORIGINS', 'https://Shop.example.com'],
    ['CORS_ORIGINS', 'null'],
  ])('refuses %s=%s and names it', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(EnvironmentError);
    expect(() => read({ [name]: value })).toThrow(name);
  });
});

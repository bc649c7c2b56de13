import { describe, expect, it } from '@jest/globals';
import { trustedProxies, trustedProxiesFault } from './trusted-proxies.js';

describe('the list of trusted proxies', () => {
  it.each([
    '10.0.0.7',
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '100.64.0.0/10',
    '127.0.0.1/8',
    'fc00::/7',
    'fd12:3456::/32',
    'fe80::/10',
    '::1',
    '::ffff:10.0.0.0/104',
    '104.64.0.0/10',
    '104.16.0.0/13',
    '2a06:98c0::/29',
    'loopback, linklocal,uniquelocal',
  ])('may contain %s', (list) => expect(trustedProxiesFault(list)).toBeUndefined());

  it.each([
    '0.0.0.0/0',
    '0.0.0.0/1',
    '128.0.0.0/1',
    '8.0.0.0/9',
    // Private and more than that.
    '10.0.0.0/7',
    '172.16.0.0/9',
    'fc00::/6',
    '::/0',
    '::/1',
    '2000::/3',
    '2001::/16',
    '2a06:98c0::/27',
    // All of IPv4, in the notation of IPv6.
    '::ffff:0:0/96',
    '::ffff:0.0.0.0/97',
    '::/64',
    '::fffe:0:0/95',
    '10.0.0.7, 0.0.0.0/2',
  ])('may not contain %s, which is too wide', (list) =>
    expect(trustedProxiesFault(list)).toMatch(/too wide/),
  );

  it.each([
    'load-balancer',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.1,',
    '1',
    '',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
    '10.0.0.1:80',
  ])('may not contain "%s", which is not an address', (list) =>
    expect(trustedProxiesFault(list)).toMatch(/no list/),
  );

  it('matches every notation of proxies: with a port, in brackets, IPv4-mapped, with a zone', () => {
    const isTrusted = trustedProxies('10.0.0.0/8, uniquelocal, fe80::/10');
    for (const address of [
      '10.1.2.3',
      '10.1.2.3:4567',
      '[fd00::1]:4567',
      '[fd00::1]',
      '::ffff:10.1.2.3',
      'fe80::1%eth0',
    ]) {
      expect([address, isTrusted(address)]).toEqual([address, true]);
    }
    for (const address of [
      '11.1.2.3',
      '192.0.2.1:10',
      '[2001:db8::1]:4567',
      'unknown',
      '',
      '10.1.2.3:x',
      '[10.1.2.3',
    ]) {
      expect([address, isTrusted(address)]).toEqual([address, false]);
    }
  });
});

import { describe, expect, it } from '@jest/globals';
import { clientOf } from './client-address.js';

const client = (ip: string | undefined) => clientOf({ ip });

describe('the client of a request', () => {
  it.each([
    [
      '192.0.2.1',
      [
        '192.0.2.1:1',
        '192.0.2.1:65535',
        '[192.0.2.1]:80',
        '::ffff:192.0.2.1',
        '::ffff:c000:201',
        '[::ffff:192.0.2.1]:5678',
      ],
    ],
    [
      '2001:db8::1',
      ['[2001:db8::1]', '[2001:db8::1]:5678', '2001:DB8:0:0::2', '2001:db8::1%eth0', '[2001:db8::1%eth0]:80'],
    ],
    ['fe80::1', ['fe80::1%eth0', 'fe80::1%1', `fe80::1%${'x'.repeat(8_000)}`]],
  ])('%s is the same client in every notation', (address, others) => {
    for (const other of others) expect([other, client(other)]).toEqual([other, client(address)]);
  });

  it('is unknown when the client has disconnected (the bug: its address was read)', () => {
    expect(client(undefined)).toBe('no address');
  });

  it('differs for each address; for IPv6, the first 64 bits count', () => {
    const addresses = ['192.0.2.1:80', '192.0.2.2:80', '[2001:db8::1]:80', '[2001:db8:0:1::1]:80'];
    expect(new Set(addresses.map(client)).size).toBe(4);
  });

  it('is the same for every text that is not an address', () => {
    const texts = [
      'unknown',
      '_hidden',
      '',
      '192.0.2.1:port',
      '192.0.2.256:80',
      '[192.0.2.1',
      ':80',
      'x'.repeat(8_000),
    ];
    expect(texts.map(client)).toEqual(texts.map(() => 'no address'));
  });
});

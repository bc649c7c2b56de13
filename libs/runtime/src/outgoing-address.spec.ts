import { describe, expect, it } from '@jest/globals';
import { isAllowedAddress, refusedAddresses } from './outgoing-address.js';

describe('the address of a factory', () => {
  it.each([
    '169.254.169.254',
    '169.254.170.2',
    '0.0.0.0',
    'fe80::1',
    'fd00:ec2::254',
    '::',
    '::ffff:169.254.169.254',
  ])('is never %s', (address) => {
    expect(isAllowedAddress(address, true)).toBe(false);
  });

  it.each([
    '10.1.2.3',
    '172.31.0.1',
    '192.168.0.1',
    '127.0.0.1',
    '100.64.0.1',
    '::1',
    'fd12::1',
    '::ffff:10.0.0.1',
  ])('is %s where private ones are allowed', (address) => {
    expect(isAllowedAddress(address, true)).toBe(true);
    expect(isAllowedAddress(address, false)).toBe(false);
  });

  it.each(['203.0.113.7', '172.32.0.1', '11.0.0.1', '2001:db8::1'])('may be %s', (address) => {
    expect(isAllowedAddress(address, false)).toBe(true);
  });

  it('is looked up by its name', async () => {
    expect(await refusedAddresses(new URL('http://localhost:3002/x'), true)).toEqual([]);
    expect((await refusedAddresses(new URL('http://localhost:3002/x'), false)).length).toBeGreaterThan(0);
    expect(await refusedAddresses(new URL('http://[fe80::1]/'), true)).toEqual(['fe80::1']);
    expect(await refusedAddresses(new URL('http://169.254.169.254/latest'), true)).toEqual([
      '169.254.169.254',
    ]);
  });
});

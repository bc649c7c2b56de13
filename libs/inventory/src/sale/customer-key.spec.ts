import { describe, expect, it } from '@jest/globals';
import { hash } from 'node:crypto';
import { customerKey, normalizedEmail } from './customer-key.js';

describe('the key of a customer', () => {
  it.each([
    ['Kim@Example.COM', 'kim@example.com'],
    ['kim+donuts@example.com', 'kim@example.com'],
    ['kim+a+b@example.com', 'kim@example.com'],
    ['+kim@example.com', '+kim@example.com'],
    ['k.i.m@example.com', 'k.i.m@example.com'],
    ['K.i.m+x@Gmail.com', 'kim@gmail.com'],
    ['kim@googlemail.com', 'kim@gmail.com'],
    ['kim@도넛.kr', 'kim@xn--050bl4c.kr'],
    ['kim@XN--050BL4C.kr', 'kim@xn--050bl4c.kr'],
  ])('is that of one mailbox: %s', (address, normalized) => {
    expect(normalizedEmail(address)).toBe(normalized);
  });

  it('is a digest of the id that was proven, and else of the address', () => {
    const customerEmail = 'Kim@example.com';
    const digest = (text: string) => hash('sha256', text, 'base64url').slice(0, 22);
    expect(customerKey({ customerEmail })).toBe(digest('email:kim@example.com'));
    expect(customerKey({ customerEmail, customerId: 'Kim' })).toBe(digest('id:Kim'));
    expect(customerKey({})).toBeNull();
  });

  it('is not that of an address for an id that looks like one', () => {
    const [id, email] = [{ customerId: 'kim@example.com' }, { customerEmail: 'kim@example.com' }];
    expect(customerKey({ ...id })).not.toBe(customerKey({ ...email }));
  });
});

import { describe, expect, it } from '@jest/globals';
import { CustomerAddress } from './customer-address.js';

const kim = new CustomerAddress('Kim@Example.com');

describe('the address of a buyer', () => {
  it('is the same in upper and lower case, and in both spellings of a domain', () => {
    for (const text of ['kim@example.com', 'KIM@EXAMPLE.COM']) expect(kim.is(text)).toBe(true);
    for (const text of ['kim', 'akim@example.com', 'kim@example.com ']) expect(kim.is(text)).toBe(false);
    expect(new CustomerAddress('kim@도넛.kr').is('Kim@xn--050bl4c.kr')).toBe(true);
    expect(new CustomerAddress('kim@xn--050bl4c.kr').is('kim@도넛.kr')).toBe(true);
  });

  it('has a digest that is the same however it is written, and another for another address', () => {
    expect(kim.digest).toMatch(/^[0-9a-f]{16}$/);
    expect(new CustomerAddress('KIM@example.com').digest).toBe(kim.digest);
    const international = ['kim@bücher.kr', 'kim@xn--bcher-kva.kr'].map((text) => new CustomerAddress(text));
    expect(international[0]!.digest).toBe(international[1]!.digest);
    expect(new CustomerAddress('kim@example.org').digest).not.toBe(kim.digest);
  });

  it.each([
    ['kim@example.com', '[erased]'],
    ['kim@example.com is no address', '[erased] is no address'],
    ['it went to Kim@example.com.', 'it went to [erased].'],
    ["'kim@example.com', <kim@example.com>", "'[erased]', <[erased]>"],
    ['to=kim@example.com&x=1, mailto:kim@example.com', 'to=[erased]&x=1, mailto:[erased]'],
    ['(KIM@EXAMPLE.COM)', '([erased])'],
  ])('is erased from the text %s', (text, erased) => expect(kim.erasedFromText(text)).toBe(erased));

  it.each([
    'akim@example.com',
    'o.kim@example.com',
    "o'kim@example.com",
    'shop+kim@example.com',
    '도넛kim@example.com',
    'kim@example.com.kr',
    'kim@example.community',
    'kim@example.com-shop.kr',
    'kimXexample.com',
    'kim@example_com',
  ])('is not in %s', (text) => {
    expect(kim.erasedFromText(text)).toBe(text);
    expect(kim.erasedFromJson({ text })).toEqual({ text });
  });

  it('is erased from JSON: null where it is the value, and out of texts and names', () => {
    const value = {
      to: 'KIM@example.com',
      others: ['akim@example.com', 'kim@example.com', 1, null, true],
      'kim@example.com': { detail: 'kim@example.com is gone' },
    };
    expect(kim.erasedFromJson(value)).toEqual({
      to: null,
      others: ['akim@example.com', null, 1, null, true],
      '[erased]': { detail: '[erased] is gone' },
    });
  });

  it('leaves what has no such address as it is, to the byte', () => {
    const value = { to: 'lee@example.com', at: new Date(), items: [{ a: 1 }] };
    expect(kim.erasedFromJson(value)).toBe(value);
    const text = '{ "to" : "lee@example.com", "n": 12345678901234567890 }';
    expect(kim.erasedFromJsonText(text)).toBe(text);
  });

  it('is erased from JSON as text, also where its sender escaped it, and from what is no JSON', () => {
    expect(kim.erasedFromJsonText('{"to":"kim\\u0040example.com"}')).toBe('{"to":null}');
    expect(kim.erasedFromJsonText('{"to":"kim@example.com"')).toBe('{"to":"[erased]"');
  });

  it('looks for what is like it, and for all of it', () => {
    expect(kim.patterns).toEqual(['%kim%example.com%']);
    expect(new CustomerAddress('kim@bücher.kr').patterns).toEqual([
      '%kim%xn--bcher-kva.kr%',
      '%kim%b%cher.kr%',
    ]);
  });
});

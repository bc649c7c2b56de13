import { describe, expect, it } from '@jest/globals';
import {
  callbackUrl,
  deliveryFingerprint,
  type SignedOrder,
  signOrder,
  verifyOrder,
} from './callback-signature.js';

const KEY = 'a-signing-key-of-32-characters-or-more';
const NOW = new Date('2026-03-01T00:00:00Z');
const order: SignedOrder = {
  restockOrderId: '01a20547-07c9-73e2-aa8d-075da201096e',
  sku: 'CP-502101',
  factoryId: 'FF-500293',
  quantity: 50,
  expiresAtSeconds: NOW.getTime() / 1000 + 60,
};

describe('the signature of a callback', () => {
  it('is believed until it expires', () => {
    const signature = signOrder(KEY, order);
    expect(verifyOrder([KEY], order, signature, NOW)).toBe('VALID');
    expect(verifyOrder([KEY], order, signature, new Date(NOW.getTime() + 60_000))).toBe('VALID');
    expect(verifyOrder([KEY], order, signature, new Date(NOW.getTime() + 60_001))).toBe('EXPIRED');
  });

  it.each<[string, Partial<SignedOrder>]>([
    ['order', { restockOrderId: '01a20547-07c9-73e2-aa8d-000000000000' }],
    ['product', { sku: 'CP-502102' }],
    ['factory', { factoryId: 'FF-1' }],
    ['quantity', { quantity: 51 }],
    ['expiry', { expiresAtSeconds: order.expiresAtSeconds + 1 }],
  ])('covers the %s', (_, change) => {
    expect(verifyOrder([KEY], { ...order, ...change }, signOrder(KEY, order), NOW)).toBe('INVALID_SIGNATURE');
  });

  it('cannot be made with another key, nor by moving characters between fields', () => {
    expect(verifyOrder([KEY], order, signOrder(`${KEY}!`, order), NOW)).toBe('INVALID_SIGNATURE');
    const shifted = { ...order, sku: 'CP-502101F', factoryId: 'F-500293' };
    expect(verifyOrder([KEY], shifted, signOrder(KEY, order), NOW)).toBe('INVALID_SIGNATURE');
  });

  describe('while the key is replaced', () => {
    const [before, after] = ['b'.repeat(32), 'a'.repeat(32)];

    it.each([
      ['the current key', after],
      ['the previous key', before],
    ])('is believed when it is of %s, until it expires', (_, key) => {
      const signature = signOrder(key, order);
      for (const keys of [
        [after, before],
        [before, after],
      ]) {
        expect(verifyOrder(keys, order, signature, NOW)).toBe('VALID');
        expect(verifyOrder(keys, order, signature, new Date(NOW.getTime() + 60_001))).toBe('EXPIRED');
      }
    });

    it('is not believed when it is of a third key, of parts of both, or of a key that was taken away', () => {
      const [first, second] = [signOrder(after, order), signOrder(before, order)];
      const parts = first.slice(0, 32) + second.slice(32);
      for (const signature of [signOrder(KEY, order), parts, first + second]) {
        expect(verifyOrder([after, before], order, signature, NOW)).toBe('INVALID_SIGNATURE');
      }
      expect(verifyOrder([after], order, second, NOW)).toBe('INVALID_SIGNATURE');
    });
  });

  it.each(['', 'ab', 'é'.repeat(64), '0'.repeat(64)])('is not %j', (signature) => {
    expect(verifyOrder([KEY], order, signature, NOW)).toBe('INVALID_SIGNATURE');
  });

  it('travels in the URL that the factory calls', () => {
    const url = new URL(callbackUrl('https://shop.example/api/', KEY, order));
    expect(url.pathname).toBe(`/api/goods-receipts/${order.restockOrderId}`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      quantity: '50',
      expires: String(order.expiresAtSeconds),
      signature: signOrder(KEY, order),
    });
  });
});

describe('the fingerprint of a delivery', () => {
  it('is the same for the same words and another for others', () => {
    const fingerprint = deliveryFingerprint(['CP-1', 'FF-1', 10, 'ready', undefined]);
    expect(deliveryFingerprint(['CP-1', 'FF-1', 10, 'ready', undefined])).toBe(fingerprint);
    expect(deliveryFingerprint(['CP-1', 'FF-1', 10, 'ready', 'delivery 2 of 2'])).not.toBe(fingerprint);
    expect(deliveryFingerprint(['CP-1', 'FF-1', 1, '0ready', undefined])).not.toBe(fingerprint);
  });
});

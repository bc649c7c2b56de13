import { describe, expect, it } from '@jest/globals';
import { contractFaults } from './contract-faults.js';
import { deadLetterQueueOf, type MessageOf, queueUrl } from './queues.js';

const receipt: MessageOf<'goods-receipts'> = {
  restockOrderId: '7b0e1f1e-3c0a-4b6f-9d1c-0a1b2c3d4e5f',
  sku: 'CP-502101',
  quantity: 10,
  factoryId: 'FF-500293',
  deliveryFingerprint: 'a'.repeat(64),
  verification: 'VALID',
  receivedAt: '2026-03-01T09:00:00.000Z',
  callback: { MessageAttributeProductCnt: '10', 제품: ['도넛'] },
};

const notification: MessageOf<'notifications'> = {
  notificationId: '7b0e1f1e-3c0a-4b6f-9d1c-0a1b2c3d4e5f',
  kind: 'STOCK_RAN_OUT',
  facts: { sku: 'CP-502101', name: '도넛', restockOrderId: null },
  audience: 'OPERATORS',
};

describe('the contracts of the queues', () => {
  it('accept the messages that the services send', () => {
    expect(contractFaults('restock', { restockOrderId: receipt.restockOrderId })).toEqual([]);
    expect(contractFaults('goods-receipts', receipt)).toEqual([]);
    expect(contractFaults('notifications', notification)).toEqual([]);
    expect(contractFaults('notifications', { ...notification, to: 'ads@example.com' })).toEqual([]);
    const withNewerFact = { ...notification, facts: { ...notification.facts, colour: 'pink' } };
    expect(contractFaults('notifications', withNewerFact)).toEqual([]);
    expect(contractFaults('probe', { input: 1.5, delayMs: 60_000 })).toEqual([]);
  });

  it.each([
    ['goods-receipts', '/quantity must be integer', { ...receipt, quantity: 1.5 }],
    ['goods-receipts', '/quantity must be >= 0', { ...receipt, quantity: -1 }],
    ['goods-receipts', '/quantity must be <= 1000000000', { ...receipt, quantity: 1_000_000_001 }],
    [
      'goods-receipts',
      '/verification must be equal to one of the allowed values',
      { ...receipt, verification: 'MAYBE' },
    ],
    ['goods-receipts', '/callback must be object', { ...receipt, callback: [] }],
    ['goods-receipts', '/receivedAt must match format "date-time"', { ...receipt, receivedAt: 'yesterday' }],
    ['goods-receipts', '/ must not have additional properties', { ...receipt, note: 1 }],
    [
      'notifications',
      '/facts must not have additional properties',
      { ...notification, facts: { ...notification.facts, 'a\nb': {} } },
    ],
    ['notifications', '/ must have the facts of its kind', { ...notification, facts: { sku: 'CP-502101' } }],
    ['probe', '/delayMs must be <= 60000', { input: 1, delayMs: 60_001 }],
    ['probe', '/ must have required properties input', {}],
    ['restock', '/ must be object', null],
  ] as const)('refuse for %s what is wrong: %s', (queue, fault, message) => {
    expect(contractFaults(queue, message)).toEqual([fault]);
  });
});

describe('the names of the queues', () => {
  it('lead to their dead-letter queues and URLs', () => {
    expect(deadLetterQueueOf('goods-receipts')).toBe('goods-receipts-dlq');
    expect(queueUrl('http://127.0.0.1:4566/000000000000/', 'restock')).toBe(
      'http://127.0.0.1:4566/000000000000/restock',
    );
  });
});

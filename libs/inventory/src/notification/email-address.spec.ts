import { describe, expect, it } from '@jest/globals';
import { SaleService } from '../sale/sale.service.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { asciiEmailAddress } from './email-address.js';

describe('an e-mail address', () => {
  it.each([
    ['kim@example.com', 'kim@example.com'],
    ['Kim@도넛.kr', 'Kim@xn--050bl4c.kr'],
    ['kim@ＥＸＡＭＰＬＥ.com', 'kim@example.com'],
  ])('is sent to as SES takes it: %s', (address, ascii) => {
    expect(asciiEmailAddress(address)).toBe(ascii);
  });

  it.each(['', '@', 'kim', 'kim@', '@도넛.kr', 'kim@도넛', 'kim@lee@도넛.kr', '킴@도넛.kr', 'kim@도넛.1'])(
    'is none: %s',
    (text) => expect(asciiEmailAddress(text)).toBeUndefined(),
  );

  it.each(TEST_DATABASES)('is kept as the buyer wrote it, on %s', async (kind) => {
    const warehouse = await Warehouse.open(kind);
    try {
      await warehouse.stockProduct('RING', 1);
      const sales = warehouse.get(SaleService);
      const customerEmail = `kim@${'도넛'.repeat(7)}.${'도넛'.repeat(7)}.${'도넛'.repeat(7)}.kr`;
      const outcome = await sales.place({ lines: [{ sku: 'RING', quantity: 1 }], customerEmail });
      if (outcome.kind !== 'CONFIRMED') throw new Error(outcome.kind);
      expect(await sales.get(outcome.sale.id)).toMatchObject({ customerEmail });
    } finally {
      await warehouse.close();
    }
  });
});

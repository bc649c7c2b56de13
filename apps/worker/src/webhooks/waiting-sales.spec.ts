import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AdjustmentService, SaleCancellationService, SaleService, WebhookEndpointService } from '#inventory';
import { eventually } from '../../../../libs/runtime/src/testing/eventually.js';
import { WebhookReceiver } from '../testing/webhook-receiver.js';
import { WorkerUnderTest } from '../testing/worker-under-test.js';

describe('webhooks of sales that wait', () => {
  let worker: WorkerUnderTest;
  let receiver: WebhookReceiver;

  beforeAll(async () => {
    worker = await WorkerUnderTest.start();
    receiver = await new WebhookReceiver().listen();
    await worker.warehouse.stockProduct('RING', 0);
    await worker.warehouse.dataSource.transaction((manager) =>
      worker.warehouse.get(WebhookEndpointService).add(manager, {
        ...{ url: receiver.url, eventTypes: ['sale.confirmed', 'sale.ended'], description: null },
      }),
    );
  });

  afterAll(async () => {
    await worker.stop();
    await receiver.close();
  }, 30_000);

  const wait = async () => {
    const asked = { lines: [{ sku: 'RING', quantity: 1 }], backorder: { waitUntil: null } };
    const outcome = await worker.warehouse.get(SaleService).place(asked);
    if (outcome.kind !== 'WAITING') throw new Error(outcome.kind);
    return outcome.sale.id;
  };

  it('tell when one has its goods, and when one is cancelled', async () => {
    const [filled, left] = [await wait(), await wait()];
    const cancellation = worker.warehouse.get(SaleCancellationService);
    await cancellation.leave(left);
    await worker.warehouse.get(AdjustmentService).adjust('RING', 1, 'found', 'kim');
    await cancellation.cancel(filled);
    const told = () => receiver.received.map(({ event: { type, data } }) => ({ type, data }));
    await eventually(() => expect(told()).toHaveLength(3), 20_000);
    expect(told()).toEqual(
      expect.arrayContaining([
        { type: 'sale.ended', data: { id: left, status: 'CANCELLED', previousStatus: 'WAITING' } },
        { type: 'sale.confirmed', data: expect.objectContaining({ id: filled }) },
        { type: 'sale.ended', data: { id: filled, status: 'CANCELLED', previousStatus: 'CONFIRMED' } },
      ]),
    );
  });
});

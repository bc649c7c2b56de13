import { deliveryFingerprint, verifyOrder } from '#inventory';
import { QueuePublisher } from '#messaging';
import { type GoodsReceiptMessage } from '#queues';
import { BoundedLog } from '#runtime';
import { Body, Controller, HttpCode, Inject, Logger, Param, Post, Query } from '@nestjs/common';
import { RouteConfig, RouteSchema } from '@nestjs/platform-fastify';
import Type from 'typebox';
import { SALES_ENVIRONMENT, type SalesEnvironment } from '../environment.js';
import { LowerCaseUuidPipe } from '../http/identifier-case.js';
import { ApiError, PROBLEM_RESPONSES } from '../problem/problem.js';
import { CallbackAllowance } from './callback-allowance.js';
import { CallbackCounter } from './callback-counter.js';
import { Callback, CallbackParameter, CallbackQuery, recordOf } from './callback-schema.js';
import { PublishedCallbacks } from './published-callbacks.js';
import { CHECKED_BY_ADDRESS } from './refused-addresses.js';

/**
 * The factory's callback. It goes on the queue at once, without a look at the database but for the addresses of its factory,
 * so that goods are not lost while the database is away. What cannot be believed goes there too, to be kept as a dead letter, within bounds.
 */
@Controller('goods-receipts')
export class GoodsReceiptsController {
  private readonly allowance = new CallbackAllowance();
  private readonly published = new PublishedCallbacks();
  /** Each is believed: see docs/operations.md, Keys. */
  private readonly signingKeys: readonly string[];
  private readonly log = new BoundedLog(new Logger(GoodsReceiptsController.name), {
    linesPerSecond: 5,
    overflowMessage: 'more callbacks were not recorded in this second',
    overflowFact: 'callbacks',
  });

  constructor(
    private readonly queues: QueuePublisher,
    @Inject(SALES_ENVIRONMENT) environment: SalesEnvironment,
    private readonly counter: CallbackCounter,
  ) {
    const { CALLBACK_SIGNING_KEY: current, CALLBACK_SIGNING_KEY_PREVIOUS: previous } = environment;
    this.signingKeys = previous === undefined ? [current] : [current, previous];
  }

  @Post(':restockOrderId')
  @HttpCode(202)
  @RouteConfig(CHECKED_BY_ADDRESS)
  @RouteSchema({
    tags: ['factory'],
    operationId: 'receiveGoods',
    summary: 'Goods have been made for a restock order',
    description:
      'The factory calls it, by the URL that it got with the order: the query is its signature. It is on the queue when this answers.',
    params: CallbackParameter,
    querystring: CallbackQuery,
    body: Callback,
    response: {
      202: Type.Object({ status: Type.Enum(['accepted']) }, { title: 'CallbackAccepted' }),
      ...PROBLEM_RESPONSES,
    },
    'x-refusals': [
      'CALLBACK.ADDRESS_REFUSED',
      'CALLBACK.FORGED',
      'CALLBACK.EXPIRED',
      'REQUEST.RATE_LIMITED',
      'QUEUE.UNAVAILABLE',
    ],
  })
  async receive(
    @Param('restockOrderId', LowerCaseUuidPipe) restockOrderId: string,
    @Query() query: CallbackQuery,
    @Body() callback: Callback,
  ): Promise<{ status: 'accepted' }> {
    const sku = callback.MessageAttributeProductId;
    const factoryId = callback.MessageAttributeFactoryId;
    const quantity = Number(callback.MessageAttributeProductCnt);
    // eslint-disable-next-line no-restricted-syntax -- a database that is away has no time to give. See docs/adr/0005
    const now = new Date();
    const verification = verifyOrder(
      this.signingKeys,
      { restockOrderId, sku, factoryId, quantity: query.quantity ?? 0, expiresAtSeconds: query.expires ?? 0 },
      query.signature ?? '',
      now,
    );
    await this.queue({
      restockOrderId,
      sku,
      factoryId,
      quantity,
      deliveryFingerprint: deliveryFingerprint([
        sku,
        factoryId,
        quantity,
        callback.MessageSubject,
        callback.MessageText,
        // Each attempt to order has its own: goods that were made twice must not pass for a repeated callback.
        query.expires,
      ]),
      verification,
      receivedAt: now.toISOString(),
      callback: recordOf(callback),
    });
    if (verification === 'INVALID_SIGNATURE') throw new ApiError('CALLBACK.FORGED');
    if (verification === 'EXPIRED') throw new ApiError('CALLBACK.EXPIRED');
    return { status: 'accepted' };
  }

  /**
   * @throws ApiError `REQUEST.RATE_LIMITED` when a signed callback is above its order's allowance: the factory sends it
   * again. A forged one is only not recorded.
   */
  private async queue(message: GoodsReceiptMessage): Promise<void> {
    const { verification, restockOrderId, deliveryFingerprint } = message;
    const key = `${verification} ${restockOrderId} ${deliveryFingerprint}`;
    const covered = this.published.covered(key);
    if (covered) {
      await covered;
      this.counter.count(verification, 'repeated');
      return;
    }
    const retryAfterSeconds = this.allowance.take(verification, restockOrderId);
    if (retryAfterSeconds === 0) {
      await this.published.publish(key, () => this.queues.publish('goods-receipts', message));
      this.counter.count(verification, 'queued');
      return;
    }
    this.counter.count(verification, 'not_recorded');
    this.log.warn('a callback was not recorded: there are too many', () => ({
      verification,
      restockOrderId,
    }));
    if (verification === 'INVALID_SIGNATURE') return;
    throw new ApiError(
      'REQUEST.RATE_LIMITED',
      { en: 'Too many callbacks came for this order.', ko: '이 주문의 콜백이 너무 많이 왔습니다.' },
      retryAfterSeconds,
    );
  }
}

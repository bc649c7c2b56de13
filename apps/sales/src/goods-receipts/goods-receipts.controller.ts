import { deliveryFingerprint, verifyOrder } from '#inventory';
import { QueuePublisher } from '#messaging';
import { Body, Controller, HttpCode, Inject, Logger, Param, Post, Query } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import Type from 'typebox';
import { SALES_ENVIRONMENT, type SalesEnvironment } from '../environment.js';
import { LowerCaseUuidPipe } from '../http/identifier-case.js';
import { ApiError, PROBLEM_RESPONSES } from '../problem/problem.js';
import { Callback, CallbackParameter, CallbackQuery } from './callback.schema.js';
import { QuarantineAllowance } from './quarantine-allowance.js';

/**
 * The factory's callback. It goes on the queue at once, without a look at the database, so that goods are not lost
 * while the database is away. What cannot be believed goes there too, to be kept as a dead letter.
 */
@Controller('goods-receipts')
export class GoodsReceiptsController {
  private readonly logger = new Logger(GoodsReceiptsController.name);
  private readonly allowance = new QuarantineAllowance();

  constructor(
    private readonly queues: QueuePublisher,
    @Inject(SALES_ENVIRONMENT) private readonly environment: SalesEnvironment,
  ) {}

  @Post(':restockOrderId')
  @HttpCode(202)
  @RouteSchema({
    tags: ['factory'],
    summary: 'Goods have been made for a restock order',
    params: CallbackParameter,
    querystring: CallbackQuery,
    body: Callback,
    response: { 202: Type.Object({ status: Type.String() }), ...PROBLEM_RESPONSES },
  })
  async receive(
    @Param('restockOrderId', LowerCaseUuidPipe) restockOrderId: string,
    @Query() query: CallbackQuery,
    @Body() callback: Callback,
  ): Promise<{ status: string }> {
    const sku = callback.MessageAttributeProductId;
    const factoryId = callback.MessageAttributeFactoryId;
    const quantity = Number(callback.MessageAttributeProductCnt);
    // eslint-disable-next-line no-restricted-syntax -- a database that is away has no time to give. See docs/adr/0005
    const now = new Date();
    const verification = verifyOrder(
      this.environment.CALLBACK_SIGNING_KEY,
      { restockOrderId, sku, factoryId, quantity: query.quantity ?? 0, expiresAtSeconds: query.expires ?? 0 },
      query.signature ?? '',
      now,
    );
    if (verification !== 'INVALID_SIGNATURE' || this.allowance.take()) {
      await this.queues.publish('goods-receipts', {
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
        callback,
      });
    } else {
      this.logger.warn(
        `A forged callback for ${JSON.stringify(restockOrderId)} was not recorded: there are too many`,
      );
    }
    if (verification === 'INVALID_SIGNATURE') throw new ApiError('CALLBACK.FORGED');
    if (verification === 'EXPIRED') throw new ApiError('CALLBACK.EXPIRED');
    return { status: 'accepted' };
  }
}

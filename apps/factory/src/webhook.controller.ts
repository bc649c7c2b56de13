import {
  BadRequestException,
  Body,
  Controller,
  Get,
  Headers,
  HttpStatus,
  Inject,
  NotFoundException,
  Param,
  Post,
  Res,
  UnauthorizedException,
} from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { type FastifyReply } from 'fastify';
import { clientGone } from './client-gone.js';
import { callbackUrlFault, ManufactureRequest } from './manufacture.js';
import { ManufactureService } from './manufacture.service.js';
import { OrderBook } from './order-book.js';
import { isSigned, WEBHOOK_KEY } from './webhook-signature.js';

const MAX_KEY_LENGTH = 100;

/** The newer API of a factory: signed orders under an idempotency key, and an answer about what was accepted. */
@Controller('api/orders')
export class WebhookController {
  constructor(
    private readonly manufacture: ManufactureService,
    private readonly book: OrderBook,
    @Inject(WEBHOOK_KEY) private readonly webhookKey: string | undefined,
  ) {}

  /** Answers 201 now, also for an order that was accepted before, and calls back when the goods are made. */
  @Post()
  @RouteSchema({ body: ManufactureRequest })
  async order(
    @Body() request: ManufactureRequest,
    @Headers('idempotency-key') key: string | undefined,
    @Headers('webhook-signature') signature: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!key || key.length > MAX_KEY_LENGTH) throw new BadRequestException(['Idempotency-Key is missing']);
    const { MessageAttributeProductId, MessageAttributeProductCnt, MessageAttributeFactoryId, CallbackUrl } =
      request;
    this.requireSignature(signature, [
      ...[key, MessageAttributeProductId, MessageAttributeProductCnt],
      ...[MessageAttributeFactoryId, CallbackUrl],
    ]);
    const fault = callbackUrlFault(CallbackUrl);
    if (fault) throw new BadRequestException([fault]);
    const answer = await this.manufacture.take(request, clientGone(reply), key);
    if (answer === 'ACCEPTED') {
      await reply.code(HttpStatus.CREATED).send({ message: 'The order is accepted' });
    } else {
      reply.hijack();
      reply.raw.destroy();
    }
  }

  /** Whether an order under this key was accepted. */
  @Get(':key')
  find(@Param('key') key: string, @Headers('webhook-signature') signature: string | undefined) {
    this.requireSignature(signature, [key]);
    const order = this.book.withKey(key);
    if (!order) throw new NotFoundException('There is no order under this key');
    return { acceptedAt: new Date(order.acceptedAt).toISOString(), count: order.count };
  }

  private requireSignature(signature: string | undefined, parts: readonly unknown[]): void {
    if (this.webhookKey === undefined || !isSigned(this.webhookKey, signature, parts)) {
      throw new UnauthorizedException('The signature is not ours');
    }
  }
}

import { BadRequestException, Body, Controller, Get, HttpStatus, Post, Res } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { type FastifyReply } from 'fastify';
import { clientGone } from './client-gone.js';
import { callbackUrlFault, ManufactureRequest } from './manufacture.js';
import { ManufactureService } from './manufacture.service.js';
import { type Delivery, describeDelivery, type Order, withoutQuery } from './order.js';
import { OrderBook } from './order-book.js';

const ORDERS_LISTED = 1_000;

@Controller()
export class ManufactureController {
  constructor(
    private readonly manufacture: ManufactureService,
    private readonly book: OrderBook,
  ) {}

  /** The legacy contract: answers 201 now, and calls back when the goods are made. */
  @Post('api/manufactures')
  @RouteSchema({ body: ManufactureRequest })
  async order(@Body() request: ManufactureRequest, @Res() reply: FastifyReply): Promise<void> {
    const fault = callbackUrlFault(request.CallbackUrl);
    if (fault) throw new BadRequestException([fault]);
    const answer = await this.manufacture.take(request, clientGone(reply));
    if (answer === 'ACCEPTED') {
      await reply.code(HttpStatus.CREATED).send({ message: 'The order is accepted' });
    } else {
      reply.hijack();
      reply.raw.destroy();
    }
  }

  /** The accepted orders, newest first, with the results of their callbacks. For people and tests. */
  @Get('manufactures')
  list(): { orders: unknown[] } {
    return { orders: this.book.newest(ORDERS_LISTED).map(describeOrder) };
  }
}

function describeOrder(order: Order) {
  const { number, productId, count, factoryId, deliveries } = order;
  return {
    number,
    acceptedAt: new Date(order.acceptedAt).toISOString(),
    productId,
    count,
    factoryId,
    callbackUrl: withoutQuery(order.callbackUrl),
    callbacks: deliveries.map(describeCallback),
  };
}

function describeCallback(delivery: Delivery) {
  const { copy, count, state, tries, lastOutcome } = delivery;
  const dueAt = new Date(delivery.dueAt).toISOString();
  return { delivery: describeDelivery(delivery), copy, count, dueAt, state, tries, lastOutcome };
}

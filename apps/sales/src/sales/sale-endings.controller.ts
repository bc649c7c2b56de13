import { SaleCancellationService } from '#inventory';
import { Body, Controller, Delete, Headers, Param, Post, Req, Res, UseGuards } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import Type from 'typebox';
import { locationHeader } from '../http/location.js';
import { KeyHeaders, ReplayedHeader, WRITE_REFUSALS } from '../idempotency/idempotency-schema.js';
import { IdempotentWrites } from '../idempotency/idempotent-writes.js';
import { IdParameter } from '../identifiers-schema.js';
import { ApiKeyGuard, operationsRoute } from '../operations/api-key.guard.js';
import { Resolution } from '../operations/resolution-schema.js';
import { ApiError, PROBLEM_RESPONSES, type Sentence } from '../problem/problem.js';
import { Sale, SaleTokenHeader } from './sale-schema.js';
import { SaleTokens } from './sale-tokens.js';

const TOKEN_MISSING: Sentence = {
  en: 'The header X-Sale-Token is needed: the token of the answer to POST /sales.',
  ko: 'X-Sale-Token 헤더가 필요합니다. POST /sales 응답의 token입니다.',
};

/** How a sale ends before, or after, its buyer has it. */
@Controller('sales')
export class SaleEndingsController {
  constructor(
    private readonly cancellation: SaleCancellationService,
    private readonly tokens: SaleTokens,
    private readonly writes: IdempotentWrites,
  ) {}

  @Delete(':id')
  @RouteSchema({
    tags: ['sales'],
    operationId: 'leaveWaitlist',
    summary: 'Give up a sale that waits for goods',
    description:
      'For its buyer, by the token of the sale. What was kept for it goes to those behind. A confirmed sale is cancelled by the shop alone. A repeat is answered 409.',
    params: IdParameter,
    headers: SaleTokenHeader,
    response: {
      200: Type.Object(Sale.properties, { title: 'Sale', description: 'cancelled' }),
      ...PROBLEM_RESPONSES,
    },
    'x-refusals': ['SALE.TOKEN_WRONG', 'SALE.UNKNOWN', 'SALE.NOT_WAITING', 'DATABASE.UNAVAILABLE'],
  })
  async leave(@Param('id') id: string, @Headers() headers: SaleTokenHeader) {
    // Before the look into the database, which a guess then does not cost.
    if (!this.tokens.admit(id, headers['x-sale-token'])) {
      throw new ApiError('SALE.TOKEN_WRONG', TOKEN_MISSING);
    }
    return this.cancellation.leave(id);
  }

  @Post(':id/cancel')
  @UseGuards(ApiKeyGuard)
  @RouteSchema({
    ...operationsRoute('operator'),
    tags: ['sales'],
    operationId: 'cancelSale',
    summary: 'Cancel a sale',
    description:
      'One that waits gives up its place. The units of a confirmed one come back into the stock by `RETURN` movements, once; whoever waits gets them.',
    params: IdParameter,
    headers: Type.Object(KeyHeaders),
    body: Resolution,
    response: {
      200: Type.Object(Sale.properties, {
        title: 'Sale',
        description: 'cancelled',
        headers: { ...ReplayedHeader, ...locationHeader('/sales/{id}', 'the sale', 'Content-Location') },
      }),
      ...PROBLEM_RESPONSES,
    },
    'x-refusals': [...WRITE_REFUSALS, 'SALE.UNKNOWN', 'SALE.ENDED'],
  })
  async cancel(
    @Param('id') id: string,
    @Body() resolution: Resolution | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.writes.answer(request, reply, async (transaction) => {
      const { before, sale } = await this.cancellation.cancel(id, transaction);
      return {
        status: 200,
        headers: { 'Content-Location': `/sales/${id}` },
        body: sale,
        audited: {
          action: 'sale.cancelled',
          subjectType: 'sale',
          subjectId: id,
          note: resolution?.note ?? undefined,
          oldValues: { status: before },
          newValues: { status: sale.status },
        },
      };
    });
  }
}

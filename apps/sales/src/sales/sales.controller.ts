import { SaleService } from '#inventory';
import { Body, Controller, Get, Headers, Param, Post, Res } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { type FastifyReply } from 'fastify';
import { Counter, Registry } from 'prom-client';
import Type from 'typebox';
import { IdParameter } from '../identifiers.schema.js';
import { Problem, problem, problemHeaders, PROBLEM_RESPONSES } from '../problem/problem.js';
import { PlaceSale, Sale, SaleHeaders, Shortages } from './sale.schema.js';

@Controller('sales')
export class SalesController {
  private readonly outcomes: Counter<'outcome'>;

  constructor(
    private readonly sales: SaleService,
    registry: Registry,
  ) {
    this.outcomes = new Counter({
      name: 'donut_states_sales_total',
      help: 'Answered requests for a sale, by outcome. A replayed answer is no new sale.',
      labelNames: ['outcome'],
      registers: [registry],
    });
  }

  /** Answers once the outcome is on disk. A refusal is an outcome: it is answered, not thrown. */
  @Post()
  @RouteSchema({
    tags: ['sales'],
    summary: 'Buy, all lines or none',
    body: PlaceSale,
    headers: SaleHeaders,
    response: {
      201: Sale,
      409: Type.Object(
        { ...Problem.properties, shortages: Type.Optional(Shortages) },
        { additionalProperties: true },
      ),
      ...PROBLEM_RESPONSES,
    },
  })
  async place(
    @Body() { lines, customerEmail }: PlaceSale,
    @Headers() headers: SaleHeaders,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const outcome = await this.sales.place({
      lines,
      customerEmail,
      idempotencyKey: headers['idempotency-key'],
    });
    if (outcome.kind === 'REFUSED') {
      this.outcomes.inc({ outcome: 'refused' });
      const { shortages } = outcome;
      const refusal = problem('STOCK.INSUFFICIENT', shortageText(shortages), { shortages });
      await reply.code(refusal.status).headers(problemHeaders(refusal)).send(refusal);
      return;
    }
    this.outcomes.inc({ outcome: outcome.replayed ? 'replayed' : 'confirmed' });
    if (outcome.replayed) void reply.header('Idempotent-Replayed', 'true');
    await reply.code(201).header('Location', `/sales/${outcome.sale.id}`).send(outcome.sale);
  }

  @Get(':id')
  @RouteSchema({
    tags: ['sales'],
    summary: 'One sale',
    params: IdParameter,
    response: { 200: Sale, ...PROBLEM_RESPONSES },
  })
  async get(@Param('id') id: string) {
    return this.sales.get(id);
  }
}

function shortageText(
  shortages: { sku: string; requestedQuantity: number; availableQuantity: number }[],
): string {
  return shortages
    .map(
      ({ sku, requestedQuantity, availableQuantity }) =>
        `${sku}: ${requestedQuantity} wanted, ${availableQuantity} there`,
    )
    .join('; ');
}

import { Controller, Get, Res } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import type {} from '@fastify/swagger';
import { type FastifyReply } from 'fastify';
import { Registry } from 'prom-client';
import Type from 'typebox';

@Controller('metrics')
export class MetricsController {
  constructor(private readonly registry: Registry) {}

  /** All metrics of this process, in Prometheus' text format. */
  @Get()
  @RouteSchema({
    tags: ['health'],
    operationId: 'getMetrics',
    summary: 'Metrics for Prometheus',
    description: 'Of this process alone, in the text format.',
    produces: ['text/plain; version=0.0.4'],
    response: {
      200: Type.String({
        description: 'the metrics',
        examples: [
          '# TYPE donut_states_sales_total counter\ndonut_states_sales_total{outcome="confirmed"} 1\n',
        ],
      }),
    },
  })
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('content-type', this.registry.contentType).send(await this.registry.metrics());
  }
}

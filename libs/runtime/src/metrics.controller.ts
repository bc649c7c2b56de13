import { Controller, Get, Res } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import type {} from '@fastify/swagger';
import { type FastifyReply } from 'fastify';
import { Registry } from 'prom-client';

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
  })
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('content-type', this.registry.contentType).send(await this.registry.metrics());
  }
}

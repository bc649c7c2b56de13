import { Controller, Get, Res } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import type {} from '@fastify/swagger';
import { type FastifyReply } from 'fastify';
import Type from 'typebox';
import { Readiness } from './readiness.js';

const readiness = (title: string, status: 'ok' | 'unavailable', database: string, description: string) =>
  Type.Object(
    {
      status: Type.Enum([status]),
      checks: Type.Record(Type.String(), Type.String(), {
        description: '`ok`, `unavailable` or `draining`, by part',
        examples: [{ database }],
      }),
    },
    { title, description },
  );

@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** Whether the process runs at all. Asks nothing of its parts: a lost database must not get it killed. */
  @Get('live')
  @RouteSchema({
    tags: ['health'],
    operationId: 'isAlive',
    summary: 'Is the process alive?',
    description: 'It answers, whatever the parts around it do.',
    response: {
      200: Type.Object({ status: Type.Enum(['ok']) }, { title: 'Liveness', description: 'it is' }),
    },
  })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** 200 when this process can do its work, 503 with the part that cannot otherwise. */
  @Get('ready')
  @RouteSchema({
    tags: ['health'],
    operationId: 'isReady',
    summary: 'Can the process do its work?',
    description:
      'Names its parts, and which of them is away. Only one that it cannot do without makes it 503.',
    response: {
      200: readiness('Ready', 'ok', 'ok', 'it can'),
      503: readiness('NotReady', 'unavailable', 'unavailable', 'it cannot, or it drains'),
    },
  })
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const { ready, checks } = await this.readiness.report();
    await reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable', checks });
  }
}

import { Controller, Get, Res } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import type {} from '@fastify/swagger';
import { type FastifyReply } from 'fastify';
import { Readiness } from './readiness.js';

@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** Whether the process runs at all. Asks nothing of its parts: a lost database must not get it killed. */
  @Get('live')
  @RouteSchema({ tags: ['health'], summary: 'Is the process alive?' })
  live(): { status: string } {
    return { status: 'ok' };
  }

  /** 200 when this process can do its work, 503 with the part that cannot otherwise. */
  @Get('ready')
  @RouteSchema({ tags: ['health'], summary: 'Can the process do its work?' })
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const { ready, checks } = await this.readiness.report();
    await reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable', checks });
  }
}

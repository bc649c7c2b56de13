import { AuditService } from '#inventory';
import { Controller, Get, Query, Req, Res, UseGuards } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { LinkHeader, linkToNextPage } from '../http/link.js';
import { withTimes } from '../http/time-range.js';
import { PROBLEM_RESPONSES } from '../problem/problem.js';
import { ApiKeyGuard, operationsRoute } from './api-key.guard.js';
import { AuditPage, AuditQuery } from './audit-schema.js';

@Controller('audit')
@UseGuards(ApiKeyGuard)
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @RouteSchema({
    ...operationsRoute('viewer'),
    tags: ['operators'],
    operationId: 'listAuditEntries',
    summary: 'Who did what, newest first',
    description: 'Each entry was written in the transaction that did it. None is ever changed or deleted.',
    querystring: AuditQuery,
    response: { 200: { ...AuditPage, headers: LinkHeader }, ...PROBLEM_RESPONSES },
  })
  async list(
    @Query() query: AuditQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const page = await this.audit.list(withTimes(query));
    linkToNextPage(request, reply, page.nextCursor);
    return page;
  }
}

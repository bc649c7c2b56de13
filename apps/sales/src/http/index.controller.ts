import { Controller, Get, Inject } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type FastifyAdapter, RouteSchema } from '@nestjs/platform-fastify';
import Type, { type Static } from 'typebox';
import { SALES_ENVIRONMENT, type SalesEnvironment } from '../environment.js';
import { PROBLEM_RESPONSES } from '../problem/problem.js';

const link = (path: string) => Type.String({ examples: [path] });

const Index = Type.Object(
  {
    name: Type.String({ examples: ['Donut-States sales'] }),
    links: Type.Object({
      products: link('/products'),
      sales: link('/sales'),
      restockOrders: link('/restock-orders'),
      health: link('/health/ready'),
      docs: Type.Optional(link('/docs')),
      openapi: Type.Optional(link('/openapi.json')),
    }),
  },
  { title: 'Index' },
);

/** Where somebody begins who has the address and nothing else. */
@Controller()
export class IndexController {
  constructor(
    private readonly host: HttpAdapterHost<FastifyAdapter>,
    @Inject(SALES_ENVIRONMENT) private readonly environment: SalesEnvironment,
  ) {}

  @Get()
  @RouteSchema({
    tags: ['health'],
    operationId: 'getIndex',
    summary: 'What is here',
    description: 'Links to the rest. Those to the documentation are missing where it is not public.',
    response: { 200: Index, ...PROBLEM_RESPONSES },
  })
  index(): Static<typeof Index> {
    return {
      name: 'Donut-States sales',
      links: {
        products: '/products',
        sales: '/sales',
        restockOrders: '/restock-orders',
        health: '/health/ready',
        ...(this.hasDocs() && { docs: '/docs', openapi: '/openapi.json' }),
      },
    };
  }

  /** A function has none, and with an admin port they are there alone. */
  private hasDocs(): boolean {
    const fastify = this.host.httpAdapter.getInstance();
    return (
      this.environment.ADMIN_PORT === undefined && fastify.hasRoute({ method: 'GET', url: '/openapi.json' })
    );
  }
}

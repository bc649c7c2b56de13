import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';

/** `/docs` and `/openapi.json`, made from the same schemas that validate. Registered before any route is. */
export async function useOpenApi(application: NestFastifyApplication): Promise<void> {
  await application.register(swagger as never, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Donut-States sales',
        description: 'Sells limited goods under a surge, and refills the warehouse by itself.',
        version: '0.1.0',
      },
      components: { securitySchemes: { operations: { type: 'apiKey', in: 'header', name: 'X-Api-Key' } } },
    },
  });
  await application.register(swaggerUi, { routePrefix: '/docs' });
  const fastify = application.getHttpAdapter().getInstance();
  fastify.get('/openapi.json', { schema: { hide: true } }, () => fastify.swagger());
}

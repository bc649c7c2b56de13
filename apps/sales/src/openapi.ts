import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type BodySchema, takesNull } from './http/body-kinds.js';

/** Of an OpenAPI document. */
interface Operation {
  requestBody?: { required?: boolean; content: Record<string, { schema?: BodySchema }> };
}

/** The plugin declares every body as required. */
function markOptionalBodies(paths: Record<string, Record<string, Operation>>): void {
  for (const { requestBody } of Object.values(paths).flatMap((operations) => Object.values(operations))) {
    if (!requestBody) continue;
    const schemas = Object.values(requestBody.content).map(({ schema }) => schema);
    if (schemas.every((schema) => takesNull(schema))) requestBody.required = false;
  }
}

/** `/docs` and `/openapi.json`, made from the same schemas that validate. Registered before any route is. */
export async function useOpenApi(application: NestFastifyApplication): Promise<void> {
  await application.register(swagger as never, {
    transformObject: ({ openapiObject }: { openapiObject: { paths: never } }) => {
      markOptionalBodies(openapiObject.paths);
      return openapiObject;
    },
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

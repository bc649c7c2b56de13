import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type BodySchema, takesNull } from './http/body-kinds.js';

/** Of the pages: their own files alone, from no other site, and shown in no other site. */
const PAGE_POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  // Swagger UI writes styles into its elements.
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/** `/docs` and `/openapi.json`, made from the same schemas that validate. Registered before any route is. */
export async function useOpenApi(application: NestFastifyApplication): Promise<void> {
  await application.register(swagger as never, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Donut-States sales',
        description:
          'Sells limited goods under a surge, and refills the warehouse by itself. Every path answers OPTIONS with 204 and `Allow`, and a method that it does not have with 405 `REQUEST.METHOD_NOT_ALLOWED` and `Allow`.',
        version: '0.1.0',
      },
      components: {
        securitySchemes: { operations: { type: 'apiKey', in: 'header', name: 'X-Api-Key' } },
        headers: {
          'X-Request-Id': {
            description:
              'identifies the request in the log: the one that was sent when it is well formed, or a UUID',
            schema: { type: 'string', maxLength: 128 },
          },
        },
      },
    },
    transformObject: completed,
  });
  await application.register(swaggerUi, { routePrefix: '/docs', staticCSP: PAGE_POLICY });
  const fastify = application.getHttpAdapter().getInstance();
  fastify.get('/openapi.json', { schema: { hide: true } }, () => fastify.swagger());
}

/** Of an OpenAPI document. */
interface Operation {
  parameters?: { required?: boolean; schema?: { default?: unknown } }[];
  requestBody?: { required?: boolean; content: Record<string, { schema?: BodySchema }> };
  responses?: Record<string, { headers?: object }>;
}

/** Says what the plugin cannot know of the routes. */
function completed({
  openapiObject,
}: {
  openapiObject: { paths?: Record<string, Record<string, Operation>> };
}) {
  for (const path of Object.values(openapiObject.paths ?? {})) {
    for (const operation of Object.values(path)) {
      markOptionalBody(operation);
      markOptionalParameters(operation);
      addRequestId(operation);
    }
  }
  return openapiObject;
}

/** The plugin declares every body as required. */
function markOptionalBody({ requestBody }: Operation): void {
  if (!requestBody) return;
  const schemas = Object.values(requestBody.content).map(({ schema }) => schema);
  if (schemas.every((schema) => takesNull(schema))) requestBody.required = false;
}

/** A parameter with a default is optional. The schema requires it, because every handler gets it. */
function markOptionalParameters({ parameters = [] }: Operation): void {
  for (const parameter of parameters) if (parameter.schema?.default !== undefined) parameter.required = false;
}

/** Every answer has the header: it is said here once. */
function addRequestId({ responses = {} }: Operation): void {
  for (const response of Object.values(responses)) {
    response.headers = { ...response.headers, 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' } };
  }
}

import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyRequest, type FastifySchema } from 'fastify';
import { OperationsKey } from './operations-key.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether the request has the operations key. Known on routes whose schema has `security`. */
    isOperator: boolean;
  }
}

/** For the schema of a route that anybody may ask, and that shows operators more. */
export const PUBLIC_ROUTE: Pick<FastifySchema, 'security'> = { security: [{}, { operations: [] }] };

/**
 * Has the operations key checked before the body is read, on every route whose schema has `security`: strangers learn
 * nothing of the schema, and cost nothing but their headers. Where the key is optional, a wrong one is refused all the
 * same. To be called before any route is registered.
 */
export function useAuthentication(application: NestFastifyApplication): void {
  const operationsKey = application.get(OperationsKey, { strict: false });
  const fastify = application.getHttpAdapter().getInstance();
  fastify.decorateRequest('isOperator', false);
  fastify.addHook('onRoute', (route) => {
    const security = route.schema?.security;
    if (!security) return;
    const isOptional = security.some((requirement) => Object.keys(requirement).length === 0);
    const authenticate = async (request: FastifyRequest) => {
      if (isOptional && !request.headers['x-api-key']) return;
      operationsKey.admit(request);
      request.isOperator = true;
    };
    route.onRequest = [authenticate, ...[route.onRequest ?? []].flat()];
  });
}

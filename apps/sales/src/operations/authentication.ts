import { type Operator, type Role } from '#inventory';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyRequest, type FastifySchema } from 'fastify';
import { OperationsKeys } from './operations-keys.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose key the request has. Known on routes whose schema has `security`. */
    operator: Operator | undefined;
  }
}

/** For the schema of a route that anybody may ask, and that shows operators more. */
export const PUBLIC_ROUTE: Pick<FastifySchema, 'security'> = { security: [{}, { operations: ['viewer'] }] };

/**
 * Has the API key and its role checked before the body is read, on every route whose schema has `security`: strangers learn
 * nothing of the schema, and cost nothing but their headers. Where the key is optional, a wrong one is refused all the
 * same. To be called before any route is registered.
 */
export function useAuthentication(application: NestFastifyApplication): void {
  const keys = application.get(OperationsKeys, { strict: false });
  const fastify = application.getHttpAdapter().getInstance();
  fastify.decorateRequest('operator', undefined);
  fastify.addHook('onRoute', (route) => {
    const security = route.schema?.security;
    if (!security) return;
    const role = security.flatMap(({ operations = [] }) => operations)[0] as Role;
    const isOptional = security.some((requirement) => Object.keys(requirement).length === 0);
    const authenticate = async (request: FastifyRequest) => {
      if (isOptional && !request.headers['x-api-key']) return;
      request.operator = await keys.admit(request, role);
    };
    route.onRequest = [authenticate, ...[route.onRequest ?? []].flat()];
  });
}

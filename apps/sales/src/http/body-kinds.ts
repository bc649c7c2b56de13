import { type FastifyRequest } from 'fastify';

/** Of a route's schema for its body. */
export interface BodySchema {
  anyOf?: { type?: string }[];
}

/** `Accept-Patch` of every route that has PATCH. */
export const PATCH_FORMATS = 'application/merge-patch+json, application/json';

/** A merge patch is for PATCH; every other route takes plain JSON alone. */
export function takesMediaType({ method, mediaType }: FastifyRequest): boolean {
  return method === 'PATCH' || mediaType !== 'application/merge-patch+json';
}

/** Whether the body may be left out: the route has none, or its schema takes null. Many clients send the content type all the same. */
export function takesNothing({ routeOptions }: FastifyRequest): boolean {
  const body = routeOptions.schema?.body as BodySchema | undefined;
  return body === undefined || takesNull(body);
}

export function takesNull({ anyOf = [] }: BodySchema = {}): boolean {
  return anyOf.some(({ type }) => type === 'null');
}

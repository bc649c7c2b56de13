import { type PipeTransform } from '@nestjs/common';
import { type FastifyInstance, type FastifyRequest } from 'fastify';

/** Of a route's schema for its parameters or its query. */
interface PartSchema {
  properties?: Record<string, { format?: string }>;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** In either case. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** A UUID in lower case, as ids are stored: RFC 9562 takes either case. Any other text as it is. */
export function lowerCaseUuid(text: string): string {
  return isUuid(text) ? text.toLowerCase() : text;
}

/** For a parameter that is mostly a UUID, and may be something else. */
export class LowerCaseUuidPipe implements PipeTransform<string, string> {
  transform(text: string): string {
    return lowerCaseUuid(text);
  }
}

/**
 * Puts parameters and queries whose schema has the format `uuid` in lower case: stored ids are compared byte by byte, on
 * both databases. To be called before any route is registered.
 */
export function useLowerCaseIds(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    const idsOf = (part: unknown) =>
      Object.entries((part as PartSchema | undefined)?.properties ?? {})
        .filter(([, { format }]) => format === 'uuid')
        .map(([name]) => name);
    const params = idsOf(route.schema?.params);
    const queries = idsOf(route.schema?.querystring);
    if (params.length + queries.length === 0) return;
    const toLowerCase = async (request: FastifyRequest) => {
      convert(request.params as Record<string, unknown>, params);
      convert(request.query as Record<string, unknown>, queries);
    };
    route.preValidation = [toLowerCase, ...[route.preValidation ?? []].flat()];
  });
}

function convert(part: Record<string, unknown>, names: readonly string[]): void {
  for (const name of names) {
    const value = part[name];
    if (typeof value === 'string') part[name] = lowerCaseUuid(value);
  }
}

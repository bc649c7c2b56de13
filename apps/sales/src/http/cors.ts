import cors from '@fastify/cors';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';

/** The methods and headers that scripts of a shop may use, in addition to those that every browser allows. */
const REQUEST_HEADERS = [
  'Content-Type',
  'Idempotency-Key',
  'X-Client-Id',
  'If-Match',
  'If-None-Match',
].concat('X-Api-Key', 'X-Request-Id', 'X-Sale-Token', 'X-Customer-Token');
const RESPONSE_HEADERS = [
  'Location',
  'Idempotent-Replayed',
  'Retry-After',
  'ETag',
  'X-Request-Id',
  'Link',
  'Content-Language',
].concat('RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset');

/** How long a browser remembers what it may send. */
const PREFLIGHT_SECONDS = 600;

/**
 * Lets scripts of these origins call the API and read its answers. Without `origins` no header is sent, and browsers keep
 * scripts of other sites out. The handler of OPTIONS answers preflight requests.
 * To be called before any route is registered.
 */
export async function useCors(
  application: NestFastifyApplication,
  origins: string | undefined,
): Promise<void> {
  if (origins === undefined) return;
  await application.register(cors, {
    origin: listOf(origins),
    allowedHeaders: REQUEST_HEADERS,
    exposedHeaders: RESPONSE_HEADERS,
    maxAge: PREFLIGHT_SECONDS,
    preflightContinue: true,
    strictPreflight: false,
  });
}

/** Whether each part of a comma-separated list is an origin as browsers send it, such as `https://shop.example.com`. */
export function areOrigins(list: string): boolean {
  return listOf(list).every((origin) => {
    const { protocol, origin: written } = URL.parse(origin) ?? {};
    return (protocol === 'https:' || protocol === 'http:') && written === origin;
  });
}

function listOf(list: string): string[] {
  return list.split(',').map((part) => part.trim());
}

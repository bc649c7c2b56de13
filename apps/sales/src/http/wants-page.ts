import { type FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';

/** Whether the client would rather have a page than JSON: a browser, whose reader types an address. */
export function wantsPage({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return new Negotiator({ headers }).mediaType(['application/json', 'text/html']) === 'text/html';
}

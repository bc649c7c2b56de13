import { type FastifyReply } from 'fastify';

/** Settles when the client's connection closes. */
export function clientGone({ raw }: FastifyReply): Promise<void> {
  return raw.destroyed ? Promise.resolve() : new Promise((resolve) => raw.once('close', resolve));
}

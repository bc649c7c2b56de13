import { type FastifyReply } from 'fastify';

/** Says that the answer depends on a header of the request, beside those that were named before, as CORS does. */
export function varyBy(reply: FastifyReply, header: string): void {
  const named = String(reply.getHeader('vary') ?? '');
  const names = named.split(',').map((name) => name.trim().toLowerCase());
  if (!names.includes(header.toLowerCase())) reply.header('vary', named ? `${named}, ${header}` : header);
}

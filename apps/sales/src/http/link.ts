import { type FastifyReply, type FastifyRequest } from 'fastify';

export const LinkHeader = {
  Link: {
    type: 'string',
    description: 'the next page by RFC 8288, with `rel="next"`; missing on the last one',
    examples: ['</products?limit=20&cursor=CP-502101>; rel="next"'],
  },
};

/** Says where the next page is: the same request with its cursor. */
export function linkToNextPage(
  { url }: Pick<FastifyRequest, 'url'>,
  reply: FastifyReply,
  nextCursor: string | null,
): void {
  if (nextCursor === null) return;
  // A query may have a question mark of its own.
  const { pathname: path, searchParams: parameters } = new URL(url, 'http://sales');
  parameters.set('cursor', nextCursor);
  void reply.header('Link', `<${path}?${parameters.toString()}>; rel="next"`);
}

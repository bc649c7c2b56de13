import { type FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';

/** The languages of the texts that clients get. The first is for everybody who asks for none of them. */
export const LANGUAGES = ['en', 'ko'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The language that `Accept-Language` asks for. */
export function languageOf({ headers }: Pick<FastifyRequest, 'headers'>): Language {
  // Most clients are programs, which send none.
  if (headers['accept-language'] === undefined) return LANGUAGES[0];
  return (new Negotiator({ headers }).language([...LANGUAGES]) as Language | undefined) ?? LANGUAGES[0];
}

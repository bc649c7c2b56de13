import { type FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { operatorOf } from '../idempotency/idempotent-writes.js';
import { nullable } from '../identifiers-schema.js';
import { visibleText } from '../text-schema.js';

export const resolutionMembers = {
  by: Type.Optional(
    nullable(
      visibleText({
        maxLength: 100,
        deprecated: true,
        description: 'ignored: the decision is that of the API key',
        examples: ['kim'],
      }),
    ),
  ),
  note: Type.Optional(
    nullable(visibleText({ maxLength: 400, examples: ['the factory has the product again'] })),
  ),
};

/** The reason of a decision by hand. Stored with the decision. */
export const Resolution = Type.Union([
  Type.Object(resolutionMembers, { additionalProperties: false, title: 'Resolution' }),
  Type.Null({ description: 'no body' }),
]);
export type Resolution = Static<typeof Resolution>;

/** Who decides, and why. */
export function resolutionBy(
  request: FastifyRequest,
  given: { note?: string | null } | null | undefined,
): { by: string; note?: string } {
  return { by: operatorOf(request), note: given?.note ?? undefined };
}

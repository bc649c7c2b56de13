import Type, { type Static } from 'typebox';
import { nullable } from '../identifiers-schema.js';
import { visibleText } from '../text-schema.js';

/** The person who decides by hand, and the reason. Stored with the decision. */
export const Resolution = Type.Union([
  Type.Object(
    {
      by: Type.Optional(
        nullable(
          visibleText({ maxLength: 100, description: '`operations` when not given', examples: ['kim'] }),
        ),
      ),
      note: Type.Optional(
        nullable(visibleText({ maxLength: 400, examples: ['the factory has the product again'] })),
      ),
    },
    { additionalProperties: false, title: 'Resolution' },
  ),
  Type.Null({ description: 'no body' }),
]);
export type Resolution = Static<typeof Resolution>;

/** A resolution with nothing left open. */
export function resolutionOf(given: Resolution | undefined): { by: string; note?: string } {
  return { by: given?.by ?? 'operations', note: given?.note ?? undefined };
}

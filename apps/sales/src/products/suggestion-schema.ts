import { type RestockSuggestion as Suggestion } from '#inventory';
import Type, { type Static } from 'typebox';
import { Sku, Time } from '../identifiers-schema.js';

const Figure = Type.Object({
  name: Type.String({ description: 'as other formulas name it', examples: ['reorderPoint'] }),
  value: Type.Number({ description: 'to a thousandth', examples: [135] }),
  unit: Type.Enum(['units', 'units a day', 'days'], { examples: ['units'] }),
  formula: Type.String({
    description: 'how it was worked out: in the names of its inputs, or in words',
    examples: ['ceil(demandPerDay * leadTimeMean + safetyStock), by King'],
  }),
  inputs: Type.Array(
    Type.Object({
      name: Type.String({ examples: ['demandPerDay'] }),
      value: Type.Number({ examples: [20] }),
    }),
    { description: 'the values that the formula was worked out with' },
  ),
});

/** A suggested rule for the replenishment of a product, number by number. */
export const RestockSuggestion = Type.Object(
  {
    sku: Sku,
    at: Time,
    serviceLevel: Type.Number({
      description:
        'the share of restock orders before whose arrival the stock does not run out, as it aims at',
      examples: [0.95],
    }),
    figures: Type.Array(Figure, { description: 'each after those that it is worked out from' }),
  },
  { title: 'RestockSuggestion' },
);

export function suggestionView({
  sku,
  at,
  serviceLevel,
  figures,
}: Suggestion): Static<typeof RestockSuggestion> {
  return {
    ...{ sku, serviceLevel },
    at: at.toISOString(),
    figures: figures.map((figure) => ({ ...figure, inputs: [...figure.inputs] })),
  };
}

import Type, { type Static } from 'typebox';

const percent = (description: string) => Type.Number({ minimum: 0, maximum: 100, description });

/**
 * How slow, narrow and faulty the factory is. Percentages are of the well-formed orders that reach it; an order
 * may meet several faults at once.
 */
export const FaultSettings = Type.Object(
  {
    leadTimeMs: Type.Integer({
      minimum: 0,
      maximum: 86_400_000,
      description: 'from accepting an order to its callback',
    }),
    latencyMs: Type.Integer({
      minimum: 0,
      maximum: 600_000,
      description: 'from receiving an order to answering it',
    }),
    concurrencyLimit: Type.Integer({
      minimum: 0,
      maximum: 10_000,
      description:
        'orders in progress at once, hanging ones among them: above it the answer is 503; 0: no limit',
    }),
    failurePercent: percent('answered with failureStatus; nothing is produced'),
    failureStatus: Type.Integer({
      minimum: 400,
      maximum: 599,
      description: 'the HTTP status of a failure',
    }),
    hangPercent: percent(
      'never answered: the connection hangs until the client gives up; nothing is produced',
    ),
    dropAfterAcceptPercent: percent('accepted and produced, but the connection is cut instead of an answer'),
    duplicatePercent: percent('every callback is sent twice'),
    partialPercent: percent('delivered in two parts, the second one lead time after the first'),
    latePercent: percent('the callback comes after 5 lead times'),
    outOfOrderPercent: percent(
      'the callback is held back by 1 to 2 more lead times, so that later orders overtake it',
    ),
    seed: Type.Integer({
      minimum: 0,
      maximum: 4_294_967_295,
      description: 'starts the random sequence that all decisions come from',
    }),
  },
  { additionalProperties: false },
);
export type FaultSettings = Static<typeof FaultSettings>;

/** The body of `PUT /faults`: given fields are replaced, the others remain. */
export const FaultChange = Type.Partial(FaultSettings, { additionalProperties: false });
export type FaultChange = Static<typeof FaultChange>;

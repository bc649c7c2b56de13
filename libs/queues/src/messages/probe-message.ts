import Type, { type Static } from 'typebox';

/** An operator's test of the way through HTTP, queue, worker and dead-letter queue. */
export const ProbeMessage = Type.Object(
  {
    input: Type.Number(),
    /** How long the handler waits before it answers. Longer than its time limit: the probe ends as a dead letter. */
    delayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000 })),
  },
  { additionalProperties: false },
);
export type ProbeMessage = Static<typeof ProbeMessage>;

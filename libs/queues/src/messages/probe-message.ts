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

/** What the tutorial's functions answer, or print: the input and one more. */
export function probeAnswer({ input }: Pick<ProbeMessage, 'input'>): string {
  const inputValue = Math.trunc(input);
  return `메시지를 받았습니다. 입력값: ${inputValue}, 결과: ${inputValue + 1}`;
}

import Type, { type Static } from 'typebox';
import { EXAMPLE_ID } from '../identifiers-schema.js';

const text = (example: string) => Type.String({ maxLength: 2_000, examples: [example] });

/** The body that the legacy factory sends when goods are ready. It may contain more members. */
export const Callback = Type.Object(
  {
    MessageGroupId: Type.Optional(text('stock-arrival-group')),
    MessageAttributeProductId: Type.String({ minLength: 1, maxLength: 64, examples: ['CP-502101'] }),
    MessageAttributeProductCnt: Type.Union(
      [Type.Integer({ minimum: 0, maximum: 1_000_000_000 }), Type.String({ pattern: '^\\d{1,9}$' })],
      { description: 'units; the factory sends a number or a string', examples: [100] },
    ),
    MessageAttributeFactoryId: Type.String({ minLength: 1, maxLength: 32, examples: ['FF-500293'] }),
    MessageSubject: Type.Optional(text('제품 입고')),
    MessageText: Type.Optional(text('제품이 입고되었습니다')),
  },
  { additionalProperties: true, title: 'Callback' },
);
export type Callback = Static<typeof Callback>;

export const CallbackParameter = Type.Object({
  restockOrderId: Type.String({ minLength: 1, maxLength: 64, examples: [EXAMPLE_ID] }),
});

/** The query of the callback's URL. All optional: a callback without them is recorded as a forged one. */
export const CallbackQuery = Type.Object({
  quantity: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000, examples: [100] })),
  expires: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000_000_000, examples: [1_796_100_000] })),
  signature: Type.Optional(
    Type.String({ maxLength: 256, examples: ['Zk1pQ0o3d2VtYy1vZi10aGUtb3JkZXItYXQtdGhlLWZhY3Q'] }),
  ),
});
export type CallbackQuery = Static<typeof CallbackQuery>;

/** Enough of each text for a person to know the delivery by. */
const MAX_RECORDED_CHARACTERS = 300;

const TEXTS = ['MessageGroupId', 'MessageSubject', 'MessageText'] as const;

/**
 * What is kept of a callback for the people who look into one that cannot be matched: the members that we know, with
 * their texts cut, and how many others there were. A few KB at most: anybody can send a callback.
 */
export function recordOf(callback: Callback): Record<string, unknown> {
  const known: Record<string, unknown> = {};
  for (const name of Object.keys(Callback.properties) as (keyof Callback)[]) {
    if (callback[name] !== undefined) known[name] = callback[name];
  }
  for (const name of TEXTS) {
    const text = callback[name];
    if (text !== undefined && text.length > MAX_RECORDED_CHARACTERS) {
      known[name] = `${text.slice(0, MAX_RECORDED_CHARACTERS)}… (${text.length} characters)`;
    }
  }
  const unknownMembers = Object.keys(callback).length - Object.keys(known).length;
  return unknownMembers > 0 ? { ...known, unknownMembers } : known;
}

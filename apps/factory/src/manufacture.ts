import Type, { type Static } from 'typebox';

/** Without control characters: these texts end up in log lines and callbacks. */
const text = (maxLength: number) => Type.String({ maxLength, pattern: '^\\P{Cc}+$' });

/** An order, as the legacy contract has it. Fields it does not name are tolerated and ignored. */
export const ManufactureRequest = Type.Object({
  MessageGroupId: text(128),
  MessageAttributeProductId: text(128),
  /** Whole units, as a number or in digits. */
  MessageAttributeProductCnt: Type.Unsafe<number | string>({
    type: ['integer', 'string'],
    minimum: 1,
    maximum: 9_999_999,
    pattern: '^[1-9][0-9]{0,6}$',
  }),
  MessageAttributeFactoryId: text(128),
  MessageAttributeRequester: Type.Optional(Type.String({ maxLength: 256 })),
  MessageAttributeTel: Type.Optional(Type.String({ maxLength: 64 })),
  CallbackUrl: Type.String({ maxLength: 2_048, pattern: '^[hH][tT]{2}[pP][sS]?://' }),
});
export type ManufactureRequest = Static<typeof ManufactureRequest>;

/** The body that the factory POSTs to `CallbackUrl` when goods leave it. */
export interface ManufactureCallback {
  MessageGroupId: string;
  MessageAttributeProductId: string;
  MessageAttributeProductCnt: number | string;
  MessageAttributeFactoryId: string;
  MessageSubject: string;
  MessageText: string;
}

/** The fault of a callback URL that passes the schema; undefined when it can be called. */
export function callbackUrlFault(callbackUrl: string): string | undefined {
  if (!URL.canParse(callbackUrl)) return 'CallbackUrl must be a URL';
  const { username, password } = new URL(callbackUrl);
  // fetch refuses such a URL, so that every callback would fail.
  if (username !== '' || password !== '') return 'CallbackUrl must not hold a user name or a password';
  return undefined;
}

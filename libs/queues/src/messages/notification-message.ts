import Type, { type Static } from 'typebox';
import Value from 'typebox/value';

const Text = Type.String();
const Units = Type.Integer();
const RestockOrderId = Type.Union([Type.String(), Type.Null()]);

/** What waits for a factory at the time of the mail. */
const WaitingForFactory = {
  factoryId: Text,
  factoryName: Text,
  orders: Units,
  /** Units on order. */
  units: Units,
  /** For people: the first of them. */
  skus: Text,
  /** Units that buyers asked for and did not get. */
  refusedUnits: Units,
  refusedKrw: Units,
};

/**
 * The facts of each kind of mail: the values in its text. A message may carry more facts than its kind has here, since
 * the version before or after this one may have sent it. A fact that is added later is therefore optional.
 */
export const MAIL_FACTS = {
  DEAD_LETTER_OPENED: Type.Object({
    deadLetterId: Text,
    queue: Text,
    causeCode: Text,
    causeDetail: Text,
    restockOrderId: RestockOrderId,
  }),
  STOCK_RAN_OUT: Type.Object({ sku: Text, name: Text, restockOrderId: RestockOrderId }),
  RESTOCK_OVERDUE: Type.Object({
    restockOrderId: Text,
    sku: Text,
    factoryId: Text,
    quantity: Units,
    receivedQuantity: Units,
    /** ISO 8601. */
    deadlineAt: Text,
  }),
  /** Goods came implausibly soon after their order. */
  GOODS_EARLY: Type.Object({
    restockOrderId: Text,
    sku: Text,
    factoryId: Text,
    /** Units of the first delivery. */
    quantity: Units,
    /** From the order to the goods. */
    elapsedSeconds: Units,
    /** What is usual. */
    usualSeconds: Units,
  }),
  /** The goods came for which a sale waited. `lines` is for people. */
  BACKORDER_FILLED: Type.Object({ saleId: Text, lines: Text, totalKrw: Units }),
  /** A sale waited for goods until it expired. */
  BACKORDER_EXPIRED: Type.Object({ saleId: Text, lines: Text, totalKrw: Units }),
  GOODS_RECEIVED: Type.Object({ sku: Text, name: Text, quantity: Units, onHand: Units }),
  FACTORY_AWAY: Type.Object({
    ...WaitingForFactory,
    /** ISO 8601. */
    since: Text,
    cause: Text,
    /** 1 for a reminder of an outage that lasts. */
    isReminder: Units,
  }),
  /** An endpoint of the shop's own systems gets no events. */
  WEBHOOK_FAILING: Type.Object({ endpointId: Text, origin: Text, cause: Text }),
  /** `since` and `until` are ISO 8601. */
  FACTORY_BACK: Type.Object({ ...WaitingForFactory, since: Text, until: Text }),
};

export type NotificationKind = keyof typeof MAIL_FACTS;

export type MailFacts = { [Kind in NotificationKind]: Static<(typeof MAIL_FACTS)[Kind]> };

const Envelope = Type.Object(
  {
    notificationId: Type.String({ format: 'uuid' }),
    kind: Type.Enum(Object.keys(MAIL_FACTS) as NotificationKind[]),
    facts: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Null()]), {
      additionalProperties: false,
    }),
    audience: Type.Enum(['OPERATORS', 'FACTORY_MANAGER', 'AD_MANAGER', 'BUYER']),
    /** The mail address, where the audience alone does not give it. */
    to: Type.Optional(Type.String({ minLength: 1, maxLength: 320 })),
  },
  { additionalProperties: false },
);

/** A message that asks for a mail of this kind. */
export type NotificationOf<Kind extends NotificationKind> = Omit<
  Static<typeof Envelope>,
  'kind' | 'facts'
> & {
  kind: Kind;
  facts: MailFacts[Kind];
};

/** Asks the worker to send one mail. `notificationId` belongs to its cause, so that a repeat sends no second mail. */
export type NotificationMessage = { [Kind in NotificationKind]: NotificationOf<Kind> }[NotificationKind];

export const NotificationMessage = Type.Unsafe<NotificationMessage>(
  Type.Refine(
    Envelope,
    ({ kind, facts }) => Value.Check(MAIL_FACTS[kind], facts),
    () => 'must have the facts of its kind',
  ),
);

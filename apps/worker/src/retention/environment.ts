import Type from 'typebox';

/** The longest time, in days, that SQS keeps a message: it may come again until then. */
export const LONGEST_MESSAGE_LIFE_DAYS = 14;

/** For a row that recognises a repeated message: it outlives the message. */
const OUTLIVES_MESSAGES = LONGEST_MESSAGE_LIFE_DAYS + 1;

const days = (value: number, description: string) =>
  Type.Integer({ default: value, minimum: 0, maximum: 36_500, description });

const orAtLeast = (least: number) =>
  [(value: number) => value === 0 || value >= least, () => `must be 0 or at least ${least}`] as const;

/** How long the worker keeps what is finished. 0 keeps it for ever. */
export const RetentionEnvironment = Type.Object({
  RETENTION_DEAD_LETTERS_DAYS: Type.Refine(
    days(90, 'how many days a dead letter is kept after it was resolved, at least 15; 0: for ever'),
    ...orAtLeast(OUTLIVES_MESSAGES),
  ),
  RETENTION_MAILS_DAYS: Type.Refine(
    days(30, 'how many days the record of a mail is kept after it was sent, at least 15; 0: for ever'),
    ...orAtLeast(OUTLIVES_MESSAGES),
  ),
  RETENTION_MESSAGES_DAYS: Type.Refine(
    days(7, 'how many days a message of the outbox is kept after it was published; 0: for ever'),
    ...orAtLeast(1),
  ),
  RETENTION_TIMELINES_DAYS: Type.Refine(
    days(90, 'how many days the timeline of a restock order is kept after it was closed; 0: for ever'),
    ...orAtLeast(1),
  ),
  // The API promises 30 days, and 7 for keys: docs/api.md.
  RETENTION_WEBHOOK_DELIVERIES_DAYS: Type.Refine(
    days(30, 'how many days the delivery of an event to a webhook is kept, at least 30; 0: for ever'),
    ...orAtLeast(30),
  ),
  RETENTION_KEYED_REQUESTS_DAYS: Type.Refine(
    days(7, "how many days an idempotency key of operators' writes is kept, at least 7; 0: for ever"),
    ...orAtLeast(7),
  ),
  // Off unless a shop decides: what is erased cannot be brought back, and what the law of a shop wants kept differs.
  RETENTION_CUSTOMER_DATA_DAYS: Type.Refine(
    days(0, "how many days the buyer's address is kept after the sale, at least 30; 0: for ever"),
    ...orAtLeast(30),
  ),
});

import { type ErasureCounts } from '#inventory';
import Type, { type Static } from 'typebox';
import { nullable } from '../identifiers-schema.js';
import { EmailAddress, visibleText } from '../text-schema.js';

export const ForgetCustomer = Type.Object(
  {
    email: {
      ...EmailAddress,
      description: 'in upper or lower case, and with either spelling of an international domain',
    },
    note: Type.Optional(nullable(visibleText({ maxLength: 400, examples: ['asked for by mail'] }))),
    dryRun: Type.Optional(Type.Boolean({ description: 'only count', examples: [false] })),
  },
  { additionalProperties: false, title: 'ForgetCustomer' },
);
export type ForgetCustomer = Static<typeof ForgetCustomer>;

const rows = (description?: string, example = 0) =>
  Type.Integer({ ...(description !== undefined && { description }), examples: [example] });

const COUNTS = {
  sales: rows(undefined, 3),
  webhookDeliveries: rows('what was announced of these sales', 3),
  purchases: rows('what limits for each customer count', 1),
  deadLetters: rows(),
  deadLetterJobs: rows('their filters and notes'),
  deliveryFailures: rows('recorded failures of messages'),
  messages: rows('of the outbox'),
  mails: rows('records of mails', 1),
  keyedRequests: rows("answers under operators' idempotency keys"),
  restockOrders: rows('errors of orders'),
  timelines: rows('entries of restock orders'),
  adjustments: rows('notes in the ledger'),
  auditEntries: rows('notes and values of the audit'),
} satisfies Record<keyof ErasureCounts, unknown>;

export const Erasure = Type.Object(
  {
    customer: Type.String({
      description: 'the beginning of the SHA-256 of the address: the `subjectId` in the audit',
      examples: ['d0f5a4c1e2b39786'],
    }),
    dryRun: Type.Boolean({ examples: [false] }),
    erased: Type.Object(COUNTS, { description: 'rows that had the address, by table' }),
  },
  { title: 'Erasure' },
);

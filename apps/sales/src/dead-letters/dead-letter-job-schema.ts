import {
  DEAD_LETTER_JOB_ACTIONS,
  DEAD_LETTER_JOB_OUTCOMES,
  DEAD_LETTER_JOB_STATUSES,
  DEAD_LETTER_PLANS,
  type DeadLetterJob as Entity,
  type DeadLetterJobCounts,
} from '#inventory';
import Type, { type Static } from 'typebox';
import {
  EXAMPLE_ID,
  Id,
  NextCursor,
  nullable,
  NullableTime,
  pageQuery,
  Time,
} from '../identifiers-schema.js';
import { visibleText } from '../text-schema.js';
import { deadLetterFilter } from './dead-letter-schema.js';

const action = Type.Enum([...DEAD_LETTER_JOB_ACTIONS], { examples: ['REDRIVE'] });
const status = Type.Enum([...DEAD_LETTER_JOB_STATUSES], {
  description: 'PLANNED: nothing was done yet. PAUSED: the first letter was, as a test',
  examples: ['PLANNED'],
});
const outcome = Type.Enum([...DEAD_LETTER_JOB_OUTCOMES], { examples: ['REDRIVEN'] });
const plan = Type.Enum([...DEAD_LETTER_PLANS], { examples: ['REDRIVE'] });
const note = Type.Optional(nullable(visibleText({ maxLength: 400, examples: ['the factory works again'] })));

const counts = (names: readonly string[], description: string, example: object) =>
  Type.Object(
    Object.fromEntries(names.map((name) => [name, Type.Optional(Type.Integer({ examples: [1] }))])),
    { description, examples: [example] },
  );

export const PlanDeadLetterJob = Type.Object(
  {
    action: Type.Enum([...DEAD_LETTER_JOB_ACTIONS], { default: 'REDRIVE' }),
    ...deadLetterFilter,
    // In an example that a tool sends, a job is about few letters.
    ids: Type.Optional(
      Type.Array(Id, {
        minItems: 1,
        maxItems: 900,
        uniqueItems: true,
        description: 'these letters alone',
        examples: [[EXAMPLE_ID]],
      }),
    ),
    includesUnsafe: Type.Boolean({
      default: false,
      description:
        'redrive as well what may then be done twice: orders whose answer was lost (the factory may make the goods twice), and callbacks that came too late, which a redrive approves',
    }),
    lettersPerSecond: Type.Integer({ minimum: 1, maximum: 1_000, default: 10 }),
    note,
  },
  { additionalProperties: false, title: 'PlanDeadLetterJob' },
);
export type PlanDeadLetterJob = Static<typeof PlanDeadLetterJob>;

export const StartDeadLetterJob = Type.Union([
  Type.Object(
    {
      onlyFirst: Type.Boolean({
        default: false,
        description: 'one letter, as a test; then the job is PAUSED, and can be started again for the rest',
      }),
    },
    { additionalProperties: false, title: 'StartDeadLetterJob' },
  ),
  Type.Null({ description: 'no body' }),
]);
export type StartDeadLetterJob = Static<typeof StartDeadLetterJob>;

const job = {
  id: Id,
  action,
  status,
  filter: Type.Record(Type.String(), Type.Unknown(), {
    description: 'as it was given',
    examples: [{ queue: 'restock', causeCode: 'FACTORY.REFUSED' }],
  }),
  includesUnsafe: Type.Boolean({ examples: [false] }),
  lettersPerSecond: Type.Integer({ examples: [10] }),
  note: nullable(Type.String({ examples: ['the factory works again'] })),
  createdAt: Time,
  createdBy: Type.String({ examples: ['kim'] }),
  startedBy: nullable(Type.String({ examples: ['kim'] })),
  finishedAt: { ...NullableTime, examples: [null] },
  waitsFor: nullable(
    Type.String({
      description: 'the circuit that is open, for which all the letters left wait',
      examples: [null],
    }),
  ),
};

export const DeadLetterJob = Type.Object(
  {
    ...job,
    letters: Type.Integer({ description: 'that were open when it was planned', examples: [31] }),
    planned: counts(
      DEAD_LETTER_PLANS,
      'letters by what was to become of them. SATISFIED: what they ask for is done already; they are closed, and not sent. UNSAFE and NOT_REDRIVABLE: they are left open',
      { REDRIVE: 29, SATISFIED: 2 },
    ),
    outcomes: counts(DEAD_LETTER_JOB_OUTCOMES, 'letters by what became of them', {
      PENDING: 1,
      REDRIVEN: 28,
      SATISFIED: 2,
    }),
    failedAgain: Type.Integer({
      description: 'redriven letters whose messages are dead letters again',
      examples: [0],
    }),
  },
  { title: 'DeadLetterJob' },
);

export const DeadLetterJobPage = Type.Object(
  {
    items: Type.Array(Type.Object(job, { title: 'DeadLetterJobSummary' })),
    nextCursor: NextCursor,
  },
  { title: 'DeadLetterJobPage' },
);

export const DeadLetterJobQuery = Type.Object(
  { ...pageQuery(Id), status: Type.Optional(status) },
  { additionalProperties: false },
);
export type DeadLetterJobQuery = Static<typeof DeadLetterJobQuery>;

export const DeadLetterJobItemPage = Type.Object(
  {
    items: Type.Array(
      Type.Object({ deadLetterId: Id, plan, outcome, doneAt: NullableTime }, { title: 'DeadLetterJobItem' }),
    ),
    nextCursor: NextCursor,
  },
  { title: 'DeadLetterJobItemPage' },
);

export const DeadLetterJobItemQuery = Type.Object(
  { ...pageQuery(Id), plan: Type.Optional(plan), outcome: Type.Optional(outcome) },
  { additionalProperties: false },
);
export type DeadLetterJobItemQuery = Static<typeof DeadLetterJobItemQuery>;

export function deadLetterJobView(job: Entity, counts: DeadLetterJobCounts) {
  const letters = Object.values(counts.planned).reduce((sum, count) => sum + count, 0);
  return { ...job, ...counts, letters };
}

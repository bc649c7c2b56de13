import { AUDIT_SUBJECTS } from '#inventory';
import Type, { type Static } from 'typebox';
import {
  EXAMPLE_ID,
  Id,
  NextCursor,
  nullable,
  pageQuery,
  Time,
  timeRangeQuery,
} from '../identifiers-schema.js';

const subjectType = Type.Enum([...AUDIT_SUBJECTS], { examples: ['dead_letter'] });
const Actor = Type.String({ minLength: 1, maxLength: 100, examples: ['kim'] });
const Action = Type.String({ maxLength: 64, pattern: '^[a-z_.]+$', examples: ['dead_letter.redriven'] });
const SubjectId = Type.String({ minLength: 1, maxLength: 140, examples: [EXAMPLE_ID] });

const values = (description: string, example: object) =>
  Type.Unsafe<Record<string, unknown> | null>({
    type: ['object', 'null'],
    additionalProperties: true,
    description,
    examples: [example],
  });

const AuditEntry = Type.Object(
  {
    id: Id,
    at: Time,
    actor: { ...Actor, description: 'the name of the API key, or of a task of the worker' },
    action: Action,
    subjectType,
    subjectId: SubjectId,
    note: nullable(Type.String({ examples: ['the factory has the product again'] })),
    oldValues: values('what the action changed, as it was', { status: 'OPEN' }),
    newValues: values('what the action changed, as it is', { status: 'REDRIVEN' }),
  },
  { title: 'AuditEntry' },
);

export const AuditPage = Type.Object(
  { items: Type.Array(AuditEntry), nextCursor: NextCursor },
  { title: 'AuditPage' },
);

export const AuditQuery = Type.Object(
  {
    ...pageQuery(Id),
    ...timeRangeQuery('done'),
    actor: Type.Optional(Actor),
    action: Type.Optional(Action),
    subjectType: Type.Optional(subjectType),
    subjectId: Type.Optional(SubjectId),
  },
  { additionalProperties: false },
);
export type AuditQuery = Static<typeof AuditQuery>;

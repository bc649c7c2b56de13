import { FACTORY_ADAPTERS, type Factory as Entity, type FactoryState } from '#inventory';
import Type, { type Static } from 'typebox';
import { NextCursor, nullable, NullableTime, pageQuery } from '../identifiers-schema.js';
import { EmailAddress, EXAMPLE_EMAIL, IpNetwork, visibleText } from '../text-schema.js';

const YEAR_SECONDS = 31_536_000;

const FactoryId = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$',
  description: 'identifies a factory',
  examples: ['FF-500293'],
});

export const FactoryParameter = Type.Object({ id: FactoryId });

const seconds = (description: string, example: number) =>
  Type.Integer({ minimum: 1, maximum: YEAR_SECONDS, description, examples: [example] });

const callbackAddresses = (items: Type.TString) =>
  nullable(
    Type.Array(items, {
      minItems: 1,
      maxItems: 100,
      description:
        'addresses and networks from which its callbacks may come, as the service sees them behind `TRUSTED_PROXIES`; null for any',
      examples: [['203.0.113.0/24', '2001:db8::1']],
    }),
  );

const times = {
  leadTimeSeconds: seconds('from an accepted order to its goods, as the factory promises', 3_600),
  overdueAfterSeconds: seconds(
    'from an accepted order until the operators are told that its goods are missing',
    14_400,
  ),
};

const learned = (description: string) => nullable(Type.Integer({ description, examples: [null] }));

export const Factory = Type.Object(
  {
    id: Type.String({ examples: ['FF-500293'] }),
    name: Type.String({ examples: ['Donut Works'] }),
    managerEmail: Type.String({ examples: [EXAMPLE_EMAIL] }),
    adapter: Type.Enum([...FACTORY_ADAPTERS], {
      description: 'how orders reach it',
      examples: ['legacy-http'],
    }),
    ...times,
    leadTimeP50Seconds: learned('what half of its newest orders keep; null before ten are complete'),
    leadTimeP90Seconds: learned('what nine of ten keep'),
    callbackAddresses: callbackAddresses(Type.String({ examples: ['203.0.113.0/24'] })),
    circuit: Type.Object({
      state: Type.Enum(['CLOSED', 'OPEN'], {
        description: '`OPEN`: it is away, and is only probed',
        examples: ['CLOSED'],
      }),
      since: { ...NullableTime, description: 'since when it is away', examples: [null] },
      waitingOrders: Type.Integer({ description: 'restock orders that wait for it', examples: [0] }),
    }),
  },
  { title: 'Factory' },
);

export const FactoryPage = Type.Object(
  { items: Type.Array(Factory), nextCursor: NextCursor },
  { title: 'FactoryPage' },
);

export const FactoryQuery = Type.Object(pageQuery(FactoryId), { additionalProperties: false });
export type FactoryQuery = Static<typeof FactoryQuery>;

/** A JSON merge patch. The address of its API is not among them: the worker calls it. */
export const ChangeFactory = Type.Partial(
  Type.Object({
    name: visibleText({
      maxLength: 200,
      description: 'without hidden characters: it stands in the subjects of mails',
      examples: ['Donut Works'],
    }),
    managerEmail: EmailAddress,
    ...times,
    callbackAddresses: callbackAddresses(IpNetwork),
  }),
  {
    additionalProperties: false,
    title: 'ChangeFactory',
    description: 'the members to change, as they are to be',
    examples: [{ callbackAddresses: ['203.0.113.0/24'] }],
  },
);
export type ChangeFactory = Static<typeof ChangeFactory>;

export function factoryView({ factory, circuit, waitingOrders }: FactoryState): Static<typeof Factory> {
  const { id, adapter, leadTimeP50Seconds, leadTimeP90Seconds } = factory;
  const isOpen = circuit?.state === 'OPEN';
  return {
    ...{ id, adapter, leadTimeP50Seconds, leadTimeP90Seconds, ...settingsOf(factory) },
    circuit: {
      state: isOpen ? 'OPEN' : 'CLOSED',
      since: (isOpen && circuit.openedAt?.toISOString()) || null,
      waitingOrders,
    },
  };
}

/** What a change writes, for the audit. */
export function settingsOf({
  name,
  managerEmail,
  leadTimeSeconds,
  overdueAfterSeconds,
  callbackAddresses,
}: Entity) {
  return { name, managerEmail, leadTimeSeconds, overdueAfterSeconds, callbackAddresses };
}

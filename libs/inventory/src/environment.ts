import Type from 'typebox';

/** The variables by which every process finds the warehouse. */
export const DatabaseEnvironment = Type.Object({
  DATABASE_URL: Type.String({
    minLength: 1,
    description: 'mysql://user:password@host:3306/database, or a file for the embedded database',
  }),
  DATABASE_POOL_SIZE: Type.Integer({
    default: 10,
    minimum: 1,
    maximum: 100,
    description: 'connections to MySQL a process',
  }),
});

/** For a command that a person runs: what `npm start` keeps is meant when nothing else is said. */
export const CommandEnvironment = Type.Object({
  DATABASE_URL: Type.String({
    ...DatabaseEnvironment.properties.DATABASE_URL,
    default: '.donut-states/warehouse.sqlite',
  }),
});

export const SeedEnvironment = Type.Object({
  FACTORY_API_URL: Type.String({
    default: 'http://127.0.0.1:3002',
    pattern: '^https?://',
    description: 'where the seeded factory is reached',
  }),
  FACTORY_LEAD_TIME_SECONDS: Type.Integer({
    default: 10,
    minimum: 1,
    description: 'from an accepted order to its goods, as the seeded factory promises',
  }),
  FACTORY_OVERDUE_AFTER_SECONDS: Type.Integer({
    default: 120,
    minimum: 1,
    description: 'from an accepted order until a person is told that its goods are missing',
  }),
});

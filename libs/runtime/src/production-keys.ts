import Type, { type TObject } from 'typebox';

/** Fewest characters of a key where buyers are real. */
const PRODUCTION_KEY_LENGTH = 32;

/** Every value of NODE_ENV but these is production: a mistyped one must not let a weak key through. */
const DEVELOPMENT_MODES = [undefined, 'development', 'test'];

/** Everybody can read these keys in this repository. `test/environment.spec.ts` holds the list to its files. */
const EXAMPLE_KEYS = [
  'a-sale-token-key-of-32-characters-or-more',
  'a-signing-key-of-32-characters-or-more',
  'an-operations-key',
  'bench-callback-signing-key-of-32-characters',
  'bench-operations-key',
  'bench-sale-token-key-of-32-characters-or-more',
  'development-only-callback-signing-key',
  'development-only-operations-key',
  'development-only-sale-token-key-of-everybody',
  'test-callback-signing-key-of-32-chars',
  'test-customer-signing-key-32-chars',
  'test-operations-key',
  'test-sale-token-key-of-32-characters',
  'the-operations-key',
];

/** For a process that has keys: spread into its schema, which {@link refuseWeakKeys} then holds to the rule. */
export const ModeEnvironment = Type.Object({
  NODE_ENV: Type.Optional(
    Type.String({
      description:
        'unless it is development, test or not set, short keys, example keys and equal keys are refused',
    }),
  ),
});

/**
 * Adds to the schema of an environment that in production each of the variables `names` has 32 characters or more, is
 * no example of this repository, and is like none of the others. Faults name variables, never values.
 */
export function refuseWeakKeys<Schema extends TObject>(schema: Schema, names: readonly string[]): Schema {
  return names.reduce<Schema>(
    (refined, name) =>
      // A key that is not there is another fault, and its own rule's.
      Type.Refine<TObject, Values>(
        refined,
        (values) => weaknesses(name, names, values).length === 0,
        (values) =>
          `${name} ${weaknesses(name, names, values).join(', and ')}: not in production. Make a key with: openssl rand -base64 32`,
      ) as TObject as Schema,
    schema,
  );
}

type Values = Record<string, unknown>;

function weaknesses(name: string, names: readonly string[], values: Values): string[] {
  const key = values[name];
  if (typeof key !== 'string' || DEVELOPMENT_MODES.includes(values.NODE_ENV as string | undefined)) return [];
  const found: string[] = [];
  if (key.length < PRODUCTION_KEY_LENGTH) found.push(`has fewer than ${PRODUCTION_KEY_LENGTH} characters`);
  if (EXAMPLE_KEYS.includes(key)) found.push('is an example that everybody knows');
  const same = names.filter((other) => other !== name && values[other] === key);
  if (same.length > 0) found.push(`is the same as ${same.join(' and ')}`);
  return found;
}

import Type, { type Static, type TObject } from 'typebox';
import Value from 'typebox/value';

/** Every fault of the environment at once, so that a deployment is mended in one go. Holds no values: they may be secrets. */
export class EnvironmentError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The environment is not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'EnvironmentError';
  }
}

/** The variable that a fault is about: every fault begins with it. */
export function variableOf(fault: string): string {
  return /^\w+/.exec(fault)?.[0] ?? fault;
}

/**
 * Reads the variables that `schema` names, converted to its types and with its defaults.
 * A refinement of `schema` is a rule that spans variables: its message begins with the one that breaks it.
 * An empty variable counts as one that is not set, as docker compose passes `${NAME:-}`.
 *
 * @throws EnvironmentError naming every missing or unusable variable
 */
export function readEnvironment<Schema extends TObject>(
  schema: Schema,
  variables: NodeJS.ProcessEnv = process.env,
): Static<Schema> {
  const given: Record<string, unknown> = {};
  for (const name of Object.keys(schema.properties)) {
    if (variables[name] !== undefined && variables[name] !== '') given[name] = variables[name];
  }
  const values = Value.Convert(schema, Value.Default(schema, given));
  if (Value.Check(schema, values)) return values;

  const faults = new Map<string, string>();
  for (const [name, property] of Object.entries(schema.properties)) {
    const value = (values as Record<string, unknown>)[name];
    const { description = '' } = property as { description?: string };
    if (value === undefined) {
      if (schema.required?.includes(name)) faults.set(name, `${name} is missing: ${description}`);
      continue;
    }
    const [error] = Value.Errors(property, value);
    if (error) faults.set(name, `${name} ${error.message}: ${description}`);
  }
  for (const fault of brokenRules(schema, values)) {
    const name = variableOf(fault);
    if (!faults.has(name)) faults.set(name, fault);
  }
  throw new EnvironmentError([...faults.values()]);
}

/** Checks every rule, also when a variable is invalid: typebox would then check none. */
function brokenRules(schema: TObject, values: unknown): string[] {
  if (!Type.IsRefine(schema)) return [];
  return schema['~refine'].filter(({ check }) => !check(values)).map(({ error }) => error(values));
}

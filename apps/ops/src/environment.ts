/** A variable as a schema of typebox describes one. typebox itself takes twice as long to load as a whole command runs. */
const text = (description: string, rules: { default?: string; pattern?: string } = {}) => ({
  type: 'string' as const,
  description,
  ...rules,
});

export const OpsEnvironment = {
  type: 'object' as const,
  properties: {
    OPERATIONS_URL: text('where the sales API is, for npm run ops', { pattern: '^https?://[^/]' }),
    OPERATIONS_KEY: text('your own API key, for npm run ops', { pattern: '^[!-~]+$' }),
    OPERATIONS_API_KEY: text('opens the operations routes (X-Api-Key)', { pattern: '^[!-~]+$' }),
    SALES_PORT: text('the port to listen on', { default: '3000', pattern: '^[0-9]{1,5}$' }),
    DATA_DIR: text('where the data is kept', { default: '.donut-states' }),
  },
};

type Name = keyof typeof OpsEnvironment.properties;
export type OpsEnvironment = Partial<Record<Name, string>> & { SALES_PORT: string; DATA_DIR: string };

/** Every fault of the environment. Holds no values: they may be secrets. */
export class OpsEnvironmentError extends Error {
  constructor(faults: readonly string[]) {
    super(`The environment is not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'OpsEnvironmentError';
  }
}

/** An empty variable counts as one that is not set. @throws OpsEnvironmentError naming every variable that is not usable */
export function readOpsEnvironment(variables: NodeJS.ProcessEnv = process.env): OpsEnvironment {
  const entries = Object.entries(OpsEnvironment.properties).map(
    ([name, schema]) => [name, schema, variables[name] || schema.default] as const,
  );
  const faults = entries.flatMap(([name, { pattern, description }, value]) =>
    pattern && value !== undefined && !new RegExp(pattern).test(value)
      ? [`${name} must match ${pattern}: ${description}`]
      : [],
  );
  if (faults.length > 0) throw new OpsEnvironmentError(faults);
  return Object.fromEntries(entries.map(([name, , value]) => [name, value])) as OpsEnvironment;
}

const PREFIX = 'factory:';

/** The name of the circuit of the calls to a factory. */
export function factoryCircuit(factoryId: string): string {
  return `${PREFIX}${factoryId}`;
}

/** The factory of a circuit; undefined for that of another system. */
export function factoryOfCircuit(name: string): string | undefined {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined;
}

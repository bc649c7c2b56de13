import { EnvironmentError, readEnvironment, variableOf } from '#runtime';
import { dataPaths, makeKeys } from './data-directory.js';
import { type Schemas } from './schemas.js';
import { readSettings, type Settings, systemEnvironment } from './settings.js';

/**
 * Reads the settings of this run, and checks those of every process that it will start, before there is one.
 *
 * @throws EnvironmentError with the faults of all of them, each variable once
 */
export function readCheckedSettings(
  variables: NodeJS.ProcessEnv,
  projectDirectory: string,
  schemas: Schemas,
): Settings {
  const faults = new Map<string, string>();
  const check = <T>(
    read: () => T,
    isOfInterest: (variable: string) => boolean = () => true,
  ): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      for (const fault of error.faults) {
        const variable = variableOf(fault);
        if (!faults.has(variable) && isOfInterest(variable)) faults.set(variable, fault);
      }
      return undefined;
    }
  };

  const settings = check(() => readSettings(variables, projectDirectory));
  // The keys of the data directory are made as these are: nothing is to be made yet.
  const system = settings && systemEnvironment(settings, dataPaths(settings.dataDirectory), makeKeys());
  for (const schema of Object.values(schemas) as Schemas[keyof Schemas][]) {
    if (system) check(() => readEnvironment(schema, system));
    // What this run would add is unknown, so only what the person gave can be judged.
    else
      check(
        () => readEnvironment(schema, variables),
        (variable) => Boolean(variables[variable]),
      );
  }
  if (!settings || faults.size > 0) throw new EnvironmentError([...faults.values()]);
  return settings;
}

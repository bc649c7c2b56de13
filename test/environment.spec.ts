import { describe, expect, it } from '@jest/globals';
import { EnvironmentError, readEnvironment } from '#runtime';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StandaloneEnvironment } from '../apps/standalone/src/settings.js';
import {
  type ApplicationName,
  COMPOSE_FILE,
  DEPLOYMENTS,
  isRead,
  SCHEMAS,
} from './environment/deployments.js';
import { exampleEntries } from './environment/example-file.js';

const ROOT = join(import.meta.dirname, '..');
const EXAMPLE = exampleEntries(readFileSync(join(ROOT, '.env.example'), 'utf8'));

describe.each(DEPLOYMENTS)('what $place gives $application', ({ application, variables }) => {
  it('is read, all of it', () => {
    expect(Object.keys(variables).filter((name) => !isRead(application, name))).toEqual([]);
  });

  it('is all that is needed, and as it has to be', () => {
    const faults = faultsOf(application, variables);
    // Of a value that the place alone knows, nothing but that it is there can be told.
    const known = faults.filter((fault) => {
      const [, name, isMissing] = /^(\w+) (is missing)?/.exec(fault)!;
      return !(isMissing && name! in variables && variables[name!] === undefined);
    });
    expect(known).toEqual([]);
  });
});

describe('the keys that stand in this repository', () => {
  const files = globSync(
    ['*.{md,yml}', '.env.example', '{apps,bench,docker,docs,k6,libs,test}/**/*.{md,mjs,js,ts,yml,json}'],
    { cwd: ROOT, exclude: ['**/node_modules/**'] },
  );
  const literal =
    /\b(?:\w+_API_KEY|\w+_SIGNING_KEY|\w+_TOKEN_KEY|KEY)['"]?(?: = |: |=)(?:&[\w-]+ )?(?:\$\{\w+:-)?['"]?([a-z][a-z-]{8,}[\w-]*)/g;
  const keys = new Set(files.flatMap((file) => matches(readFileSync(join(ROOT, file), 'utf8'), literal)));

  it('are found', () => {
    expect([...keys]).toEqual(
      expect.arrayContaining(['the-operations-key', 'development-only-callback-signing-key']),
    );
  });

  it.each([...keys])('start nothing in production: %s', (key) => {
    const { variables } = DEPLOYMENTS.find(
      ({ place, application }) => place === 'terraform' && application === 'sales',
    )!;
    expect(faultsOf('sales', variables)).toEqual([]);
    const [fault] = faultsOf('sales', { ...variables, CALLBACK_SIGNING_KEY: key });
    expect(fault).toMatch(/^CALLBACK_SIGNING_KEY /);
    expect(fault).not.toContain(key);
  });
});

describe('docker-compose.yml', () => {
  const deployments = DEPLOYMENTS.filter(({ place }) => place === 'docker-compose.yml');
  /** Those that it sets for an application, and takes from nowhere. */
  const fixed = new Set(
    deployments
      .flatMap(({ variables }) => Object.keys(variables))
      .filter((name) => !COMPOSE_FILE.interpolated.has(name)),
  );

  it.each(deployments)('hands to $application every variable that it reads', ({ application, variables }) => {
    expect(Object.keys(SCHEMAS[application].properties).filter((name) => !(name in variables))).toEqual([]);
  });

  it('reads only the variables of .env.example from .env', () => {
    const forCompose = [...EXAMPLE].filter(
      ([name, { comment }]) => !fixed.has(name) && !/npm (run )?start\S* only/.test(comment),
    );
    expect([...COMPOSE_FILE.interpolated.keys()].sort()).toEqual(forCompose.map(([name]) => name).sort());
  });

  it('has the defaults of .env.example', () => {
    const faults = [...COMPOSE_FILE.interpolated].flatMap(([name, defaults]) => {
      const entry = EXAMPLE.get(name);
      const told = entry?.compose ?? entry?.value;
      // Nothing is handed on, so that the application's own default holds.
      const given = [...defaults].map((value) => value || entry?.value);
      return given.every((value) => value === told)
        ? []
        : [`${name}: ${given.join(' and ')}, told is ${told}`];
    });
    expect(faults).toEqual([]);
  });

  it('is said in .env.example to do as it likes with the rest', () => {
    const untold = [...fixed].filter((name) => EXAMPLE.has(name) && !EXAMPLE.get(name)!.compose);
    expect(untold).toEqual([]);
  });

  it('has the variables that are its own explained in docker/README.md', () => {
    const page = readFileSync(join(ROOT, 'docker/README.md'), 'utf8');
    const schemas = [StandaloneEnvironment, ...Object.values(SCHEMAS)];
    const own = [...COMPOSE_FILE.interpolated.keys()].filter(
      (name) => !schemas.some(({ properties }) => name in properties),
    );
    expect(matches(page, /^\| `([A-Z][A-Z0-9_]*)`/gm).sort()).toEqual(own.sort());
  });
});

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, group]) => group!);
}

function faultsOf(
  application: ApplicationName,
  variables: Record<string, string | undefined>,
): readonly string[] {
  try {
    readEnvironment(SCHEMAS[application], variables);
    return [];
  } catch (error) {
    if (error instanceof EnvironmentError) return error.faults;
    throw error;
  }
}

import { DatabaseEnvironment, SeedEnvironment } from '#inventory';
import Type, { type TObject } from 'typebox';
import { FactoryEnvironment } from '../../apps/factory/src/environment.js';
import { OpsEnvironment } from '../../apps/ops/src/environment.js';
import { SalesEnvironment } from '../../apps/sales/src/environment.js';
import { WorkerEnvironment } from '../../apps/worker/src/environment.js';
import { ComposeFile } from './compose-file.js';
import { ImageFile } from './image-file.js';
import { FUNCTION_ENVIRONMENTS, functionVariables, taskVariables } from './task-definitions.js';

export type ApplicationName = 'sales' | 'worker' | 'factory' | 'migrate' | 'ops';

/** What one place sets for one application. */
export interface Deployment {
  place: string;
  application: ApplicationName;
  /** With what the image sets. `undefined`: set, to something that the place alone knows, such as a secret. */
  variables: Record<string, string | undefined>;
}

/** What each application reads. */
export const SCHEMAS: Record<ApplicationName, TObject> = {
  sales: SalesEnvironment,
  worker: WorkerEnvironment,
  factory: FactoryEnvironment,
  migrate: Type.Object({ ...DatabaseEnvironment.properties, ...SeedEnvironment.properties }),
  // The other two are about a system on the same machine.
  ops: Type.Object(opsProperties(['OPERATIONS_URL', 'OPERATIONS_KEY', 'OPERATIONS_API_KEY'])),
};

/** What the AWS SDK reads by itself, and in an image the packages. */
const CREDENTIALS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
const READ_BY_PACKAGES: Record<ApplicationName, string[]> = {
  sales: [...CREDENTIALS, 'AWS_ENDPOINT_URL_SQS', 'NODE_ENV'],
  worker: [...CREDENTIALS, 'AWS_ENDPOINT_URL_SQS', 'AWS_ENDPOINT_URL_SES', 'NODE_ENV'],
  factory: ['NODE_ENV'],
  // It listens nowhere: HOST is there since the image sets it for all.
  migrate: ['NODE_ENV', 'HOST'],
  ops: ['NODE_ENV', 'HOST'],
};

export function isRead(application: ApplicationName, variable: string): boolean {
  return variable in SCHEMAS[application].properties || READ_BY_PACKAGES[application].includes(variable);
}

export const COMPOSE_FILE = new ComposeFile();
const IMAGE_FILE = new ImageFile();

/** Every place that starts the applications. */
export const DEPLOYMENTS: readonly Deployment[] = [
  ...composeDeployments(),
  ...taskDeployments(),
  ...functionDeployments(),
];

/** @throws Error when a service is built as something else than it is called */
function composeDeployments(): Deployment[] {
  return (Object.keys(SCHEMAS) as ApplicationName[]).map((application) => {
    const service = COMPOSE_FILE.services[application];
    if (!service || service.build?.args.APP !== application || !IMAGE_FILE.has(application)) {
      throw new Error(
        `docker-compose.yml has no service ${application} that is built with APP=${application}`,
      );
    }
    const given = Object.entries(service.environment ?? {});
    return {
      place: 'docker-compose.yml',
      application,
      variables: {
        ...IMAGE_FILE.environmentOf(application),
        ...Object.fromEntries(given.map(([name, value]) => [name, COMPOSE_FILE.resolve(value)])),
      },
    };
  });
}

function taskDeployments(): Deployment[] {
  const tasks = (Object.keys(SCHEMAS) as ApplicationName[]).filter((name) => name !== 'ops');
  return tasks.map((application) => ({
    place: 'terraform',
    application,
    variables: { ...IMAGE_FILE.environmentOf(application), ...taskVariables(application) },
  }));
}

function functionDeployments(): Deployment[] {
  return (Object.keys(FUNCTION_ENVIRONMENTS) as ApplicationName[]).map((application) => ({
    place: 'terraform, functions',
    application,
    variables: functionVariables(application),
  }));
}

function opsProperties(names: (keyof typeof OpsEnvironment.properties)[]) {
  return Object.fromEntries(
    names.map((name) => [name, Type.Optional(Type.Unsafe<string>(OpsEnvironment.properties[name]))]),
  );
}

import { ECSClient } from '@aws-sdk/client-ecs';
import { CommandError, runCommand, UsageError } from '#runtime';
import { Cluster } from './cluster.js';
import { faultsOfShop } from './smoke.js';

const USAGE = `npm run deploy -- --environment NAME --image-tag TAG --url URL [--region REGION]

Brings images that are in the registry into service: migrates the database, replaces the tasks one after the other, asks
the shop whether it sells, and goes back to the version before when it does not.

  --environment NAME  as in its tfvars: dev, prod
  --image-tag TAG     the tag of the images
  --url URL           where buyers reach the shop
  --region REGION     (default ap-northeast-2)

The exit status is 1 when nothing was deployed.`;

interface Given {
  environment?: string;
  'image-tag'?: string;
  url?: string;
  region: string;
}

await runCommand({
  usage: USAGE,
  options: {
    environment: { type: 'string' },
    'image-tag': { type: 'string' },
    url: { type: 'string' },
    region: { type: 'string', default: 'ap-northeast-2' },
  },
  run: (given) =>
    deploy(given).catch((error: Error) => {
      // What AWS says is enough: a stack tells nothing of a deployment.
      throw error instanceof UsageError ? error : new CommandError(error.message, { cause: error });
    }),
});

async function deploy({ environment, 'image-tag': imageTag, url, region }: Given): Promise<void> {
  if (!environment || !imageTag || !url) {
    throw new UsageError('--environment, --image-tag and --url are needed.');
  }
  const cluster = new Cluster(new ECSClient({ region }), `donut-states-${environment}`);
  const before = await cluster.revisionsInService();
  const services = Object.keys(before);
  const next: Record<string, string> = {};
  for (const task of ['migrate', ...services]) next[task] = await cluster.registerWithTag(task, imageTag);

  console.log('Migrating');
  await cluster.migrate(next.migrate!);

  try {
    console.log(`Replacing ${services.join(', ')}`);
    await cluster.putInService(services.map((service) => [service, next[service]!]));
    const faults = await faultsOfShop(url);
    if (faults.length > 0) throw new Error(`The shop does not sell: ${faults.join('; ')}`);
  } catch (error) {
    console.error((error as Error).message);
    console.error('Going back to the version before');
    await cluster.putInService(Object.entries(before));
    throw new Error(
      'Nothing was deployed. The schema is that of the new version, which the one before works with.',
      { cause: error },
    );
  }
  console.log(`In service: ${imageTag}`);
}

import { ACMClient, DeleteCertificateCommand, RequestCertificateCommand } from '@aws-sdk/client-acm';
import { EXIT_STATUS } from '#runtime';
import { join } from 'node:path';
import { readArguments, USAGE, type VerifyArguments } from './arguments.js';
import { EndpointProxy } from './endpoint-proxy.js';
import { Findings } from './findings.js';
import { checkInstallation } from './installation-check.js';
import { checkProductionPlan } from './plan-check.js';
import { checkRemains } from './remains-check.js';
import { type Reach } from './reach.js';
import { TerraformProcess, type TerraformPlan } from './terraform-process.js';
import { Workspace } from './workspace.js';

const ORIGINAL = join(import.meta.dirname, '../../../terraform');
/** As environments/emulator.tfvars has it. */
const NAME = 'donut-states-verify';
const REGION = 'ap-northeast-2';

/** The emulator calls no function: the migration is not asked for. */
const FUNCTION_CALLS = 'aws_lambda_invocation';

/** Where `npm run bundle` puts the archives: the copy of terraform/ has no apps/ beside it. */
const ARCHIVES = join(ORIGINAL, '../apps/lambda/bundles');

/** dev as functions: these have no addresses of their own, and no simulated factory. */
const LAMBDA_VARIABLES = [
  '-var=compute=lambda',
  '-var=egress=nat',
  '-var=factory_simulator=false',
  '-var=factory={"api_url":"https://factory.example"}',
  `-var=archives=${ARCHIVES}`,
];

/** Terraform leaves out those that are null. */
interface Outputs {
  alarm_names: { value: string[] };
  queue_url_prefix: { value: string };
  deployment?: { value: { task_families: Record<string, string> } };
  functions?: { value: Record<string, string> };
}

async function verify(given: VerifyArguments): Promise<void> {
  const proxy = new EndpointProxy(given.endpoint);
  const reach = { endpoint: await proxy.listen(), region: REGION };
  const environment = {
    AWS_ENDPOINT_URL: reach.endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  Object.assign(process.env, environment, { AWS_PROFILE: '', AWS_SESSION_TOKEN: '' });
  const workspace = new Workspace(ORIGINAL);
  const terraform = new TerraformProcess(given.terraform, workspace.folder, process.env);
  const acm = new ACMClient(reach);
  const { CertificateArn } = await acm.send(
    new RequestCertificateCommand({ DomainName: 'shop.example.com' }),
  );
  try {
    const left = workspace.leaveOut([...given.leaveOut, FUNCTION_CALLS]);
    console.log(`Left out: ${left.length > 0 ? left.join(', ') : 'nothing'}`);
    await terraform.run('init');

    const findings = new Findings();
    const certificate = `-var=certificate_arn=${CertificateArn}`;
    if (given.compute === 'fargate') await planProduction(terraform, certificate, findings);

    const files = ['dev', 'emulator'].map((name) => `-var-file=environments/${name}.tfvars`);
    const variables = [certificate, ...(given.compute === 'lambda' ? LAMBDA_VARIABLES : [])];
    const wanted = ['-auto-approve', ...files, ...variables];
    let added: number;
    try {
      added = countOf(await terraform.run('apply', ...wanted), /(\d+) added/);
      console.log(`Applied: ${added} resources`);
      await checkApplied(terraform, [...files, ...variables], reach, findings);
    } catch (error) {
      // What is left would stand in the way of the next run.
      await terraform.run('destroy', ...wanted).catch((second: Error) => console.error(second.message));
      throw error;
    }

    const destroyed = countOf(await terraform.run('destroy', ...wanted), /(\d+) destroyed/);
    console.log(`Destroyed: ${destroyed} resources`);
    findings.same('resources destroyed', destroyed, added);
    findings.same('the state after it', await terraform.run('state', 'list'), '');
    await checkRemains(reach, NAME, findings);
    conclude(findings, proxy);
  } finally {
    await acm.send(new DeleteCertificateCommand({ CertificateArn }));
    workspace.remove();
    await proxy.close();
  }
}

async function checkApplied(terraform: TerraformProcess, given: string[], reach: Reach, findings: Findings) {
  const again = await terraform.json<TerraformPlan>(...(await planFile(terraform, given)));
  // Told, and no fault: an emulator reads some attributes otherwise than they were written. At AWS there must be none.
  const changes = again.resource_changes.flatMap(({ address, change }) =>
    ['no-op', 'read'].includes(change.actions.join()) ? [] : [`${address} (${changedAttributes(change)})`],
  );
  if (changes.length > 0) console.log(`A second plan would change:\n  ${changes.join('\n  ')}`);
  const outputs = await terraform.json<Outputs>('output', '-json');
  const installation = {
    name: NAME,
    queueUrlPrefix: outputs.queue_url_prefix.value,
    taskFamilies: outputs.deployment?.value.task_families ?? {},
    functions: outputs.functions?.value ?? {},
    alarmNames: outputs.alarm_names.value,
  };
  await checkInstallation(reach, installation, findings);
}

function changedAttributes({ before, after }: TerraformPlan['resource_changes'][number]['change']): string {
  const names = Object.keys(after ?? {});
  return names.filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name])).join(', ');
}

async function planProduction(terraform: TerraformProcess, certificate: string, findings: Findings) {
  const people = ['operations_email=operations@example.com', 'mail_from=shop@example.com', 'image_tag=v1'];
  const plan = await terraform.json<TerraformPlan>(
    ...(await planFile(
      terraform,
      ['-var-file=environments/prod.tfvars'],
      certificate,
      ...people.map((variable) => `-var=${variable}`),
      '-var=github_repository=owner/donut-states',
      '-var=factory={"api_url":"https://factory.example","concurrency_limit":4}',
    )),
  );
  console.log(`Planned for prod: ${checkProductionPlan(plan, findings)} resources`);
}

/** @returns the words that show the plan as JSON */
async function planFile(
  terraform: TerraformProcess,
  files: string[],
  ...variables: string[]
): Promise<string[]> {
  await terraform.run('plan', '-out=plan', ...files, ...variables);
  return ['show', '-json', 'plan'];
}

function countOf(output: string, pattern: RegExp): number {
  return Number(pattern.exec(output)?.[1] ?? NaN);
}

function conclude({ faults, compared }: Findings, { answered }: EndpointProxy): void {
  if (answered.size > 0) console.log(`Answered for the emulator: ${[...answered].join(', ')}`);
  console.log(`Compared: ${compared}, of which ${faults.length} are not as they should be`);
  for (const fault of faults) console.error(`- ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}

function readGiven(): VerifyArguments | undefined {
  try {
    return readArguments(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exitCode = EXIT_STATUS.usage;
    return undefined;
  }
}

const given = readGiven();
try {
  if (given?.help) console.log(USAGE);
  else if (given) await verify(given);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

import { parseArgs } from 'node:util';

export interface VerifyArguments {
  /** Where an emulator of AWS listens. */
  endpoint: string;
  /** The command that is Terraform. */
  terraform: string;
  /** Types of resources that the emulator cannot hold. */
  leaveOut: string[];
  compute: 'fargate' | 'lambda';
  help: boolean;
}

export const USAGE = `npm run terraform:verify -- --endpoint URL [options]

Applies terraform/ to an emulator of AWS (moto, LocalStack), compares what is there with what the code wants, destroys
it and looks for what is left. It is not for an account at AWS: the credentials that it uses are no real ones.

  --endpoint URL     where the emulator listens, as http://127.0.0.1:4566
  --leave-out TYPE   a type of resource that the emulator does not have; may be given several times
  --compute VARIANT  fargate or lambda (default fargate)
  --terraform FILE   the command that is Terraform (default terraform)
`;

/** @throws TypeError or RangeError whose message is for the person who typed them */
export function readArguments(words: readonly string[]): VerifyArguments {
  const { values } = parseArgs({
    args: [...words],
    options: {
      endpoint: { type: 'string' },
      terraform: { type: 'string', default: 'terraform' },
      compute: { type: 'string', default: 'fargate' },
      'leave-out': { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { endpoint = '', terraform, help, compute } = values;
  const leaveOut = values['leave-out'];
  if (!help && !/^https?:\/\/[^/]+\/?$/.test(endpoint)) {
    throw new RangeError('--endpoint URL is needed: where the emulator listens.');
  }
  const wrong = leaveOut.filter((type) => !/^aws_[a-z0-9_]+$/.test(type));
  if (wrong.length > 0)
    throw new RangeError(`--leave-out takes types as aws_sqs_queue, not ${wrong.join()}.`);
  if (compute !== 'fargate' && compute !== 'lambda') {
    throw new RangeError(`--compute is fargate or lambda, not ${compute}.`);
  }
  return { endpoint: endpoint.replace(/\/$/, ''), terraform, leaveOut, compute, help };
}

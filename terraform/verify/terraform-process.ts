import { spawn } from 'node:child_process';

export interface TerraformPlan {
  resource_changes: {
    address: string;
    type: string;
    change: {
      actions: string[];
      before: Record<string, unknown> | null;
      after: Record<string, unknown> | null;
    };
  }[];
}

/** Terraform in one folder, with one environment. */
export class TerraformProcess {
  constructor(
    private readonly command: string,
    private readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  /**
   * @returns what it printed
   * @throws Error with what it printed, when its status is not 0
   */
  async run(...words: string[]): Promise<string> {
    const child = spawn(this.command, words, {
      cwd: this.folder,
      env: { ...this.environment, TF_IN_AUTOMATION: '1', TF_INPUT: '0', TF_CLI_ARGS: '-no-color' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
    const status = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 1));
    });
    if (status !== 0) throw new Error(`terraform ${words[0]} ended with status ${status}:\n${errors}`);
    return output;
  }

  async json<Answer>(...words: string[]): Promise<Answer> {
    return JSON.parse(await this.run(...words)) as Answer;
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../dist/apps/ops/src/main.js');

/** What a command has left behind. */
export interface CommandResult {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A command of `npm run ops`, as a process of its own. */
export class OpsCommand {
  stderr = '';
  private stdout = '';
  private readonly process: ChildProcess;
  readonly result: Promise<CommandResult>;

  /** @param variables all that it gets of an environment, but for what every program needs */
  constructor(variables: Record<string, string>, parameters: readonly string[]) {
    const { PATH, HOME, TMPDIR } = process.env;
    this.process = spawn(process.execPath, [MAIN, ...parameters], {
      env: { PATH, HOME, TMPDIR, TZ: 'Asia/Seoul', ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout!.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.process.stderr!.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.result = new Promise((resolve, reject) => {
      this.process.on('error', reject);
      this.process.on('close', (status) => resolve({ status, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  /** As `head` does when it has what it wants. */
  closeOutput(): void {
    this.process.stdout!.destroy();
  }

  /** Ctrl-C. */
  interrupt(): void {
    this.process.kill('SIGINT');
  }
}

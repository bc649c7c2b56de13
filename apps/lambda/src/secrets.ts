import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { writeFileSync } from 'node:fs';
import { BOUNDED } from './bounded-client.js';
import { variables } from './environment.js';

/** How long a secret in a file is believed, in ms. */
const REFRESH_MS = 60_000;

/** The file of the database's password: one that was rotated is read again from here, without a new environment. */
const PASSWORD_FILE = '/tmp/database-password';

/**
 * A function has no secrets in its variables, where everybody who may look at the function reads them. `SECRETS` names
 * them: `{ "OPERATIONS_API_KEY": "arn:...", "DATABASE_PASSWORD": "arn:...:password" }`, with the key of a JSON secret at
 * the end. Without it, as in a local run, the variables themselves have them.
 */
export class Secrets {
  private readonly client = new SecretsManagerClient(BOUNDED);
  private refreshedAtMs = -Infinity;

  constructor(private readonly named: Readonly<Record<string, string>>) {}

  static fromEnvironment(): Secrets {
    const { SECRETS = '{}' } = variables;
    return new Secrets(JSON.parse(SECRETS) as Record<string, string>);
  }

  /** Puts every secret where the application's environment is read from. */
  async load(): Promise<void> {
    this.refreshedAtMs = performance.now();
    await Promise.all(Object.keys(this.named).map((name) => this.place(name)));
  }

  /** Before an invocation: reads the password again if it was read a while ago. */
  async refresh(): Promise<void> {
    if (!('DATABASE_PASSWORD' in this.named) || performance.now() < this.refreshedAtMs + REFRESH_MS) return;
    this.refreshedAtMs = performance.now();
    try {
      await this.place('DATABASE_PASSWORD');
    } catch (error) {
      // Connections that are open go on with the old one.
      console.error(`The database's password was not read again: ${(error as Error).name}`);
    }
  }

  private async place(name: string): Promise<void> {
    const value = await this.read(this.named[name]!);
    if (name !== 'DATABASE_PASSWORD') {
      variables[name] = value;
      return;
    }
    writeFileSync(PASSWORD_FILE, value, { mode: 0o600 });
    variables.DATABASE_PASSWORD_FILE = PASSWORD_FILE;
  }

  /** @param reference the ARN of a secret, and the key of a value in its JSON */
  private async read(reference: string): Promise<string> {
    const parts = reference.split(':');
    const SecretId = parts.slice(0, 7).join(':');
    const key = parts[7];
    const { SecretString } = await this.client.send(new GetSecretValueCommand({ SecretId }));
    if (!key) return SecretString!;
    return String((JSON.parse(SecretString!) as Record<string, unknown>)[key]);
  }
}

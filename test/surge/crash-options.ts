import { UsageError } from '#runtime';
import { parseArgs } from 'node:util';

export const USAGE = `Kills the sales process, or MySQL, in the middle of surges, and checks the history of each surge.

  npm run test:crash
  TEST_MYSQL_URL=mysql://root:password@127.0.0.1:3306/mysql npm run test:crash -- \\
    --kill-database 'docker compose kill -s KILL mysql' --start-database 'docker compose up -d --wait mysql'

It runs on a new database of the server that TEST_MYSQL_URL names, or on an embedded one.

  --rounds 20               surges, with one kill each
  --kill-database COMMAND   ends MySQL as kill -9 does, in every other round; the sales process dies in the rest
  --start-database COMMAND  starts MySQL again on its data, and ends when it answers
  --requests 2000           purchases in a surge, of one line or two; more while a slow command kills
  --connections 200         purchases on their way at once
  --keyless-percent 20      those without an idempotency key, which are never repeated
  --processes 1             sales processes on the database; they die by turns
  --seed N                  kills after as many answers as an earlier run with this seed
  --histories histories     the folder for a history of each round; npm run check:history checks them again
  --port 3100               of the first sales process, the others follow. None that the machine gives to clients: one
                            that asks for such a port while nobody listens may get it, and be connected to itself

The exit status is 1 when a history is contradictory (docs/histories.md lists the rules), or stock, ledger and orders differ.`;

export interface CrashOptions {
  rounds: number;
  requests: number;
  connections: number;
  keylessPercent: number;
  processes: number;
  seed: number;
  port: number;
  histories: string;
  /** Shell commands. */
  database?: { kill: string; start: string };
}

/**
 * @returns `undefined` when help is asked for
 * @throws UsageError on anything that is not in {@link USAGE}
 */
export function parseCrashOptions(given: readonly string[]): CrashOptions | undefined {
  const { help, histories, 'kill-database': kill, 'start-database': start, ...numbers } = parse(given);
  if (help) return undefined;
  const number = (name: keyof typeof numbers, least: number, most: number) => {
    const value = Number(numbers[name]);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new UsageError(`--${name} is a whole number from ${least} to ${most}.`);
  };
  if (!kill !== !start) throw new UsageError('--kill-database and --start-database go together.');
  return {
    rounds: number('rounds', 1, 1_000),
    requests: number('requests', 100, 20_000),
    connections: number('connections', 1, 1_000),
    keylessPercent: number('keyless-percent', 0, 100),
    processes: number('processes', 1, 8),
    seed: number('seed', 0, 2 ** 32 - 1),
    port: number('port', 1, 65_528),
    histories,
    database: kill && start ? { kill, start } : undefined,
  };
}

function parse(given: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...given],
      options: {
        rounds: { ...text, default: '20' },
        requests: { ...text, default: '2000' },
        connections: { ...text, default: '200' },
        'keyless-percent': { ...text, default: '20' },
        processes: { ...text, default: '1' },
        seed: { ...text, default: String(Math.floor(Math.random() * 2 ** 32)) },
        port: { ...text, default: '3100' },
        histories: { ...text, default: 'histories' },
        'kill-database': text,
        'start-database': text,
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

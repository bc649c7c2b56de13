import { DataSource } from 'typeorm';
import { eventually } from '../../libs/runtime/src/testing/eventually.js';
import { type RunningSystem } from '../running-system.js';
import { databaseVictim, type Victim } from '../surge/crash-victims.js';

/** A process that was killed often is started again after 30 s. */
const RESTART_LIMIT_MS = 90_000;

/** A process of the system, which `npm start` starts again. */
export function processVictim(system: RunningSystem, name: 'sales' | 'worker'): Victim {
  const lives = () => [...system.output.matchAll(new RegExp(`^${name} +\\| runs`, 'gm'))].length;
  let before = 0;
  return {
    name,
    kill: async () => {
      before = lives();
      system.kill(name);
    },
    start: () => eventually(() => lives() > before, RESTART_LIMIT_MS).then(() => undefined),
  };
}

/** The embedded database dies with the processes that have it open: with all of them at once. */
export function embeddedVictim(system: RunningSystem): Victim {
  return {
    name: 'every process',
    kill: async () => system.killAll(),
    start: () => system.restart(),
  };
}

/** MySQL, where the machine says how it is killed and started. Elsewhere it cuts all of the connections to the database. */
export function mysqlVictim(databaseUrl: string): Victim {
  const { WAITLIST_KILL_DATABASE: kill, WAITLIST_START_DATABASE: start } = process.env;
  if (kill && start) return databaseVictim({ kill, start });
  return { name: 'connections', kill: () => cutConnections(databaseUrl), start: async () => undefined };
}

async function cutConnections(databaseUrl: string): Promise<void> {
  const server = await new DataSource({ type: 'mysql', url: process.env.TEST_MYSQL_URL! }).initialize();
  try {
    const name = new URL(databaseUrl).pathname.slice(1);
    const open = await server.query<{ id: number }[]>(
      'SELECT id AS id FROM information_schema.processlist WHERE db = ? AND id <> CONNECTION_ID()',
      [name],
    );
    // One that has ended meanwhile is an error.
    await Promise.allSettled(open.map(({ id }) => server.query(`KILL ${id}`)));
  } finally {
    await server.destroy();
  }
}

import { EnvironmentError, EXIT_STATUS, handleShutdownSignals, UsageError } from '#runtime';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArguments, USAGE } from './arguments.js';
import { readyBanner } from './banner.js';
import { DEFAULT_RESTART_POLICY, ProcessFailedError } from './child-process.js';
import { DataDirectory } from './data-directory.js';
import { readCheckedSettings } from './environment-check.js';
import { createLog } from './log-prefix.js';
import { requireFreePorts } from './ports.js';
import { writePostmanEnvironment } from './postman-environment.js';
import { describeProcesses } from './processes.js';
import { RunLock } from './run-lock.js';
import { loadSchemas, type Schemas } from './schemas.js';
import { systemEnvironment, type Settings } from './settings.js';
import { StartError } from './start-error.js';
import { Supervisor } from './supervisor.js';
import { whenNpmEnds } from './when-npm-ends.js';

const COMPILED = join(import.meta.dirname, '../../..');
const PROJECT_DIRECTORY = join(COMPILED, '..');
const OWN_NAME = 'standalone';

try {
  await main();
} catch (error) {
  const isForPerson = [StartError, EnvironmentError, UsageError].some((type) => error instanceof type);
  console.error(isForPerson ? `\n${(error as Error).message}\n` : error);
  process.exit(error instanceof UsageError ? EXIT_STATUS.usage : 1);
}

async function main(): Promise<void> {
  // The files of this run are private to their owner: they contain sales, mails and keys.
  process.umask(0o077);
  const options = parseArguments(process.argv.slice(2), process.env);
  if (options.help) {
    console.log(USAGE);
    return;
  }
  const variablesFile = join(PROJECT_DIRECTORY, '.env');
  if (existsSync(variablesFile)) process.loadEnvFile(variablesFile);
  const schemas = await loadSchemas(COMPILED);
  const settings = readCheckedSettings(process.env, PROJECT_DIRECTORY, schemas);
  const directory = new DataDirectory(settings.dataDirectory);
  const lock = new RunLock(directory.path);
  try {
    await requireFreePorts(settings.ports, lock.previousRunWasKilled, () =>
      console.log('The last run was killed. Waiting for its processes to stop ...'),
    );
    if (options.fresh) directory.clear();
    await run(settings, schemas, directory, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function run(
  settings: Settings,
  schemas: Schemas,
  directory: DataDirectory,
  lock: RunLock,
): Promise<void> {
  const keys = directory.keys();
  writePostmanEnvironment(directory.paths.postmanEnvironment, settings, keys);
  const system = systemEnvironment(settings, directory.paths, keys);
  const definitions = describeProcesses(COMPILED, settings, directory.paths, schemas, system);
  const log = createLog([OWN_NAME, ...definitions.map(({ name }) => name)]);
  const giveUp = (error: ProcessFailedError) => {
    log(OWN_NAME, error.message, 'stderr');
    return stop(1);
  };
  const stopTimeoutMs = DEFAULT_RESTART_POLICY.stopTimeoutMs + Number(system.DRAIN_DELAY_MS);
  const policy = { ...DEFAULT_RESTART_POLICY, stopTimeoutMs };
  const supervisor = new Supervisor(definitions, log, (error) => void giveUp(error), policy);

  const stop = async (status: number) => {
    await supervisor.stop();
    lock.release();
    log(OWN_NAME, 'Stopped');
    process.exit(status);
  };
  let stopWasAsked = false;
  const askToStop = () => {
    if (stopWasAsked) return;
    stopWasAsked = true;
    log(OWN_NAME, 'Stopping. The work in hand is finished first.');
    void stop(0);
  };
  // Not SIGHUP: that would override nohup. Without it a closed terminal ends this process, and the others notice.
  handleShutdownSignals({
    stop: askToStop,
    log: (line) => log(OWN_NAME, line, 'stderr'),
    beforeEnd: () => supervisor.kill(),
  });
  // The reader of the log has ended, as with `npm start | head`: this run could not be stopped.
  process.stdout.on('error', askToStop);
  process.stderr.on('error', askToStop);
  whenNpmEnds(askToStop);

  log(OWN_NAME, 'Starting. The first start takes a few seconds longer.');
  try {
    if (await supervisor.start()) console.log(readyBanner(settings, keys));
  } catch (error) {
    if (!(error instanceof ProcessFailedError)) throw error;
    await giveUp(error);
  }
}

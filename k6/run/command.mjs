/** What is run: the script, the installation it is sent to, and the command that does it. Nothing is started here. */
import path from 'node:path';

const IMAGE = 'grafana/k6:2.2.0';
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];
/**
 * Each with whether it sells: one that does leaves a record for the gate. `rules` names those that the gate has for it alone,
 * and `isLogged` says that they need the log of all requests. Its `options` stand before those that are
 * given, which win.
 */
const SCRIPTS = {
  smoke: { file: 'smoke.js', sells: true },
  surge: { file: 'surge.js', sells: true },
  'sold-out': { file: 'sold-out.js', sells: true },
  soak: { file: 'soak.js', sells: true },
  'last-unit-race': { file: 'last-unit-race.js', sells: true },
  waitlist: { file: 'waitlist.js', sells: true, rules: 'waitlist', isLogged: true },
  'drop-opens': { file: 'drop-opens.js', sells: true, rules: 'opening' },
  // As the course runs it. Its own stages send more than its own threshold allows.
  'single-request': { file: 'single-request.k6.js', sells: false, options: ['-u', '1', '-i', '100'] },
};

export const USAGE = `Runs a script of k6/ with the k6 of PATH, or with its image, and then the gate.

  npm run k6 -- SCRIPT [k6 options]
  npm run k6 -- --help              this text

The scripts: ${Object.keys(SCRIPTS).join(', ')}. k6/README.md tells of each.
Variables, from the environment or from a file .env in the project's folder, or with -e NAME=value:
  BASE_URL                          the sales API (http://127.0.0.1:3000)
  OPERATIONS_API_KEY                its key; that of a local npm start is found in DATA_DIR (.donut-states)
  HISTORY=on                        logs every request, and checks the run's history at its end (docs/histories.md)

The exit status is that of k6, or 1 when the gate finds a fault.`;

/** What a person has to mend before there can be a run. Printed without a stack. */
export class RunError extends Error {
  exitStatus = 1;
}

/** A command line that names no script. */
export class UsageError extends RunError {
  exitStatus = 2;
}

/** @throws UsageError when the first argument names no script */
export function parseArguments([name, ...options]) {
  const bare = path.basename(name ?? '').replace(/(\.k6)?\.js$/, '');
  if (!Object.hasOwn(SCRIPTS, bare)) {
    throw new UsageError(
      `${name === undefined ? 'Which script?' : `There is no script ${name}.`}\n\n${USAGE}`,
    );
  }
  const { options: own = [], ...script } = SCRIPTS[bare];
  return { name: bare, ...script, options: [...own, ...options] };
}

/** What `-e NAME=value` among the options of k6 says: it wins over the environment, there as here. */
export function variablesOf(options) {
  const texts = options.flatMap((option, index) => {
    if (option === '-e' || option === '--env') return options[index + 1] ?? [];
    return /^(?:-e|--env=)(?=\w+=)/.test(option) ? option.replace(/^(?:-e|--env=)/, '') : [];
  });
  return Object.fromEntries(texts.map((text) => [text.split('=', 1)[0], text.slice(text.indexOf('=') + 1)]));
}

/**
 * @returns whether `HISTORY` asks for a history
 * @throws UsageError
 */
export function isHistoryWanted({ HISTORY: value = '' }) {
  if (!['', 'on', 'off'].includes(value)) throw new UsageError(`HISTORY is ${value}: it is on or off.`);
  return value === 'on';
}

/**
 * Where the system is, and the key to it.
 *
 * @param localKey reads the key of a local `npm start`; never asked for another machine, which it is no business of
 * @throws RunError
 */
export function readTarget(variables, localKey) {
  const given = variables.BASE_URL || `http://127.0.0.1:${variables.SALES_PORT || 3000}`;
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol)) {
    throw new RunError(`BASE_URL is ${given}: it has to be a URL such as http://127.0.0.1:3000`);
  }
  const baseUrl = given.replace(/\/+$/, '');
  const isLocal = LOOPBACK.includes(new URL(baseUrl).hostname);
  const apiKey = variables.OPERATIONS_API_KEY || (isLocal ? localKey() : undefined);
  if (!apiKey) {
    throw new RunError(
      'OPERATIONS_API_KEY is not set: a run makes products of its own, and the gate reads the ledger.' +
        (isLocal ? ' For a local run start the system first (npm start), or give its DATA_DIR.' : ''),
    );
  }
  return { baseUrl, apiKey };
}

/**
 * The command that runs a script.
 *
 * @param found `k6`, or `docker`
 */
export function commandFor(
  found,
  { file, options },
  { baseUrl, apiKey, summaryFile, logFile, folder, platform, user },
) {
  const variables = {
    BASE_URL: baseUrl,
    OPERATIONS_API_KEY: apiKey,
    // Relative: k6 runs in the scripts' folder, in the image as well.
    ...(summaryFile && { SUMMARY_FILE: summaryFile }),
    ...(logFile && { HISTORY: 'on' }),
    K6_NO_USAGE_REPORT: 'true',
  };
  const output = logFile ? ['--console-output', logFile] : [];
  if (found === 'k6') return { command: 'k6', parameters: ['run', ...options, ...output, file], variables };

  // Containers have a loopback of their own. Linux can lend them the host's; elsewhere Docker has a name for the host.
  const network =
    platform === 'linux' ? ['--network', 'host'] : ['--add-host', 'host.docker.internal:host-gateway'];
  if (platform !== 'linux') {
    const url = new URL(baseUrl);
    if (LOOPBACK.includes(url.hostname)) url.hostname = 'host.docker.internal';
    variables.BASE_URL = url.href.replace(/\/+$/, '');
  }
  return {
    command: 'docker',
    parameters: [
      'run',
      '--rm',
      '--interactive',
      ...network,
      // The summary belongs to the user who runs this.
      ...(user ? ['--user', user] : []),
      '--volume',
      `${folder}:/k6`,
      '--workdir',
      '/k6',
      // By name alone: a key on the command line can be read by every user of the machine.
      ...Object.keys(variables).flatMap((name) => ['--env', name]),
      IMAGE,
      'run',
      ...options,
      ...output,
      // Once more, after the options: one of them may name the loopback of the host.
      '--env',
      `BASE_URL=${variables.BASE_URL}`,
      file,
    ],
    variables,
  };
}

/** @returns the exit status: the gate's 1 wins, since a closed gate is worse than a missed threshold */
export function exitStatus(k6Status, rules) {
  return rules.every(({ holds }) => holds) ? k6Status : 1;
}

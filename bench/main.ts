import 'reflect-metadata';
import { EXIT_STATUS, readEnvironment } from '#runtime';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type BenchArguments, readArguments, USAGE } from './arguments.js';
import { type Cell } from './cell.js';
import { besideBefore, choose } from './choice.js';
import { BenchEnvironment } from './environment.js';
import { autocannon } from './load/autocannon.js';
import { hasWrk, wrk } from './load/wrk.js';
import { fullMatrix, quickMatrix } from './matrix.js';
import { Progress } from './progress.js';
import { cellRecord } from './report/cell-record.js';
import { failures } from './report/failures.js';
import { machineText } from './report/machine.js';
import { plot } from './report/plot.js';
import { report } from './report/report.js';
import { run } from './run.js';
import { buildCommit } from './subjects/earlier-build.js';
import { durabilityText, isDurable, readDurability } from './warehouse/durability.js';
import { embeddedServer, mysqlServer } from './warehouse/server.js';

/** Databases of the embedded kind, and the logs of the subjects. */
const DIRECTORY = '.donut-states/bench';

async function bench(given: BenchArguments): Promise<number> {
  const mysqlUrl = given.mysqlUrl ?? readEnvironment(BenchEnvironment).BENCH_MYSQL_URL;
  const matrix = given.quick ? quickMatrix() : fullMatrix(given.storedSales);
  const { rounds = matrix.rounds, seconds = matrix.seconds } = given;
  const asked = choose(matrix.groups, given.only);
  const chosen = given.before !== undefined ? besideBefore(asked) : asked;
  const groups = mysqlUrl ? chosen : chosen.filter(({ database }) => database !== 'mysql');
  if (!mysqlUrl) console.log('No MySQL: only the embedded database is measured. --mysql URL names a server.');
  if (groups.length === 0) throw new RangeError('These words choose no cell.');

  const earlierBuild = given.before === undefined ? undefined : buildCommit(given.before, DIRECTORY);
  const durability = mysqlUrl ? await readDurability(mysqlUrl) : undefined;
  // wrk cannot record its requests.
  const generator = hasWrk() && given.historyFolder === undefined ? wrk : autocannon;
  const circumstances = [
    machineText(),
    ...(durability ? [durabilityText(durability)] : []),
    ...(earlierBuild ? [`product before: ${earlierBuild.title}`] : []),
    `${rounds} ${rounds === 1 ? 'round' : 'rounds'} of ${seconds} s, load by ${generator.name} on the same machine`,
  ];
  for (const line of circumstances) console.log(line);

  mkdirSync(DIRECTORY, { recursive: true });
  const stop = new AbortController();
  // Not once: npm hands on the Ctrl-C that the terminal has sent already, and the second would cut the clearing up short.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const measurements = groups.reduce((count, { contestants }) => count + contestants.length, 0) * rounds;
  const allDurable = durability === undefined || isDurable(durability);
  const cells = await run(groups, {
    rounds,
    seconds,
    warmUpSeconds: matrix.warmUpSeconds,
    // Who asks for rounds or seconds gets them.
    mostSeconds: given.rounds || given.seconds ? undefined : matrix.mostSeconds,
    generator,
    historyFolder: given.historyFolder,
    servers: { mysql: mysqlUrl ? mysqlServer(mysqlUrl) : undefined, embedded: embeddedServer(DIRECTORY) },
    runName: `donut_bench_${process.pid}`,
    firstPort: given.firstPort,
    logDirectory: DIRECTORY,
    earlierBuild: earlierBuild?.folder,
    progress: new Progress(measurements, seconds * 1_000),
    onGroupDone: (soFar) => save(soFar, circumstances, allDurable, given),
    signal: stop.signal,
  }).catch((error: unknown) => {
    // Whatever came of it: it was stopped.
    stop.signal.throwIfAborted();
    throw error;
  });
  console.log(`\n${report(cells, circumstances)}`);
  return failures(cells).length > 0 ? 1 : 0;
}

function save(
  cells: readonly Cell[],
  circumstances: readonly string[],
  allDurable: boolean,
  { jsonFile, markdownFile, svgFile }: BenchArguments,
): void {
  const records = cells.map((cell) => cellRecord(cell, cells, allDurable));
  if (jsonFile) writeFileSync(jsonFile, `${JSON.stringify(records, null, 2)}\n`);
  if (markdownFile) writeFileSync(markdownFile, report(cells, circumstances));
  if (svgFile) writeFileSync(svgFile, plot(cells, circumstances));
}

try {
  const given = readArguments(process.argv.slice(2), process.env);
  if (given.help) console.log(USAGE);
  else process.exitCode = await bench(given);
} catch (error) {
  const { name, message, code } = error as NodeJS.ErrnoException;
  const isStopped = name === 'AbortError';
  const isTypo = error instanceof RangeError || String(code).startsWith('ERR_PARSE_ARGS');
  console.error(
    isStopped
      ? 'Stopped. What was measured until then is in the files that were asked for.'
      : isTypo
        ? `${message}\n\n${USAGE}`
        : error,
  );
  process.exitCode = isStopped ? 130 : isTypo ? EXIT_STATUS.usage : 1;
}

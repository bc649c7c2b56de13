import 'reflect-metadata';
import { EXIT_STATUS, UsageError } from '#runtime';
import { join } from 'node:path';
import { SeededRandom } from '../../apps/factory/src/random.js';
import { TEST_DATABASES } from '../../libs/inventory/src/testing/test-database.js';
import { Warehouse } from '../../libs/inventory/src/testing/warehouse.js';
import { parseCrashOptions, USAGE, type CrashOptions } from './crash-options.js';
import { crashInSurge, differences, type CrashReport } from './crash-round.js';
import { databaseVictim, salesVictim } from './crash-victims.js';
import { SalesProcess } from './sales-process.js';

const MAX_SHOWN_FAULTS = 20;

/** Set by Ctrl-C, however often it comes. The round at hand is done first: the database may be down in its middle. */
let isStopping = false;

async function main(): Promise<void> {
  const options = parseCrashOptions(process.argv.slice(2));
  if (!options) {
    console.log(USAGE);
    return;
  }
  const kind = TEST_DATABASES.at(-1)!;
  if (kind === 'embedded' && options.database) throw new UsageError('TEST_MYSQL_URL names no MySQL to kill.');
  console.log(`${options.rounds} rounds on ${kind}, seed ${options.seed}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (isStopping = true));

  const warehouse = await Warehouse.open(kind);
  const processes: SalesProcess[] = [];
  let faults = 1;
  try {
    for (let number = 0; number < options.processes; number += 1) {
      processes.push(await SalesProcess.start(warehouse.database.url, options.port + number));
    }
    faults = await crashAgainAndAgain(warehouse, processes, options);
  } finally {
    await Promise.all(processes.map((sales) => sales.stop()));
    if (faults > 0) console.log(`Kept for a look: ${warehouse.database.url}`);
  }
  if (faults > 0) process.exitCode = 1;
  else if (isStopping) process.exitCode = 130;
  if (faults === 0) await warehouse.close();
}

/** Prints every round, and all of them as a table. @returns the number of faults */
async function crashAgainAndAgain(
  warehouse: Warehouse,
  processes: readonly SalesProcess[],
  options: CrashOptions,
): Promise<number> {
  const random = new SeededRandom(options.seed);
  const salesVictims = processes.map(salesVictim);
  const database = options.database && databaseVictim(options.database);
  const rows: ReturnType<typeof rowOf>[] = [];
  const reports: CrashReport[] = [];
  const faults: string[] = [];
  for (let round = 1; round <= options.rounds && !isStopping; round += 1) {
    const salesKills = rows.filter(({ killed }) => killed === 'sales').length;
    const victim = database && round % 2 === 0 ? database : salesVictims[salesKills % salesVictims.length]!;
    const report = await crashInSurge(
      warehouse,
      processes,
      victim,
      { ...options, name: `R${round}`, historyFile: join(options.histories, `crash-round-${round}.jsonl`) },
      random,
    );
    rows.push(rowOf(victim.name, report));
    console.log(`Round ${round}: ${victim.name} killed, ${report.faults.length} faults`);
    show(report.faults);
    faults.push(...report.faults);
    reports.push(report);
  }
  console.table(Object.fromEntries(rows.map((row, index) => [index + 1, row])));
  const lateFaults = [...(await changedRounds(reports)), ...(await differences(warehouse))];
  const sales = reports.reduce((sum, report) => sum + report.sales, 0);
  console.log(`After all rounds: ${sales} sales, ${lateFaults.length} faults`);
  show(lateFaults);
  faults.push(...lateFaults);
  console.log(
    faults.length > 0
      ? 'FAILED'
      : `${rows.length} kills: every history is true, no later kill changed an earlier round, and the books agree`,
  );
  console.log(`The histories: ${join(options.histories, 'crash-round-*.jsonl')}`);
  return faults.length;
}

/** A later kill must not change the rows of an earlier round. */
async function changedRounds(reports: readonly CrashReport[]): Promise<string[]> {
  const faults: string[] = [];
  for (const [index, { tables, tablesDigest }] of reports.entries()) {
    if ((await tables.digest()) !== tablesDigest)
      faults.push(`the rows of round ${index + 1} have changed since`);
  }
  return faults;
}

function rowOf(killed: string, report: CrashReport) {
  return {
    killed,
    'after answers': report.answersBefore,
    'down s': Number((report.downMs / 1000).toFixed(1)),
    purchases: report.purchases,
    sold: report.sales,
    refused: report.refusals,
    interrupted: report.interrupted,
    'sold unheard': report.unheardSales,
    faults: report.faults.length,
  };
}

function show(faults: readonly string[]): void {
  for (const fault of faults.slice(0, MAX_SHOWN_FAULTS)) console.log(`  ${fault}`);
  const rest = faults.length - MAX_SHOWN_FAULTS;
  if (rest > 0) console.log(`  and ${rest} more`);
}

main().then(
  // A database that is kept for a look is still open.
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof UsageError ? error.message : error);
    process.exit(error instanceof UsageError ? EXIT_STATUS.usage : 1);
  },
);

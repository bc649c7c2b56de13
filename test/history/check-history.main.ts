import { EXIT_STATUS, UsageError } from '#runtime';
import { parseArgs } from 'node:util';
import { checkHistory } from './check-history.js';
import { historyOfK6Run } from './k6-history.js';
import { HistoryFormatError, readHistoryFile } from './read-history.js';
import { reportOf } from './report.js';

const USAGE = `Checks recorded histories: are the answers of a run, its order in time and its tables consistent?

  npm run check:history -- FILE...
  npm run check:history -- --k6 RECORD     makes a history of a run of k6 first, from RECORD (k6/results/surge.json)
                                           and the log beside it

test:crash, the surge tests, bench and k6 record histories; docs/histories.md describes them.

The exit status is 1 when a history is contradictory, and 2 when a file is no complete history.`;

async function main(): Promise<number> {
  const { files, k6Records, isHelp } = readArguments();
  if (isHelp) {
    console.log(USAGE);
    return 0;
  }
  let status = 0;
  for (const file of [...files, ...k6Records]) {
    try {
      const historyFile = k6Records.includes(file) ? await historyOfK6Run(file) : file;
      const check = checkHistory(await readHistoryFile(historyFile));
      console.log(reportOf(historyFile, check));
      if (check.contradictions.length > 0) status = Math.max(status, 1);
    } catch (error) {
      const isExpected =
        error instanceof HistoryFormatError || (error as NodeJS.ErrnoException).code !== undefined;
      if (!isExpected) throw error;
      console.error(`${file}: ${(error as Error).message}`);
      status = EXIT_STATUS.usage;
    }
  }
  return status;
}

/** @throws UsageError */
function readArguments(): { files: string[]; k6Records: string[]; isHelp: boolean } {
  try {
    const { values, positionals } = parseArgs({
      options: { help: { type: 'boolean', short: 'h' }, k6: { type: 'string', multiple: true, default: [] } },
      allowPositionals: true,
    });
    if (!values.help && positionals.length + values.k6.length === 0) throw new Error('Which history?');
    return { files: positionals, k6Records: values.k6, isHelp: values.help ?? false };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = EXIT_STATUS.usage;
}

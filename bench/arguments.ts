import { parseArgs } from 'node:util';

export interface BenchArguments {
  quick: boolean;
  /** Words that choose cells; none chooses all. */
  only: string[];
  /** `undefined`: as many as the matrix that is chosen takes. */
  rounds: number | undefined;
  /** Sizes of the databases with which growth is measured, in sales. */
  storedSales: number[] | undefined;
  seconds: number | undefined;
  /** A MySQL server and a user who may create databases. */
  mysqlUrl: string | undefined;
  firstPort: number;
  jsonFile: string | undefined;
  markdownFile: string | undefined;
  svgFile: string | undefined;
  historyFolder: string | undefined;
  /** A commit whose product is measured too. */
  before: string | undefined;
  help: boolean;
}

export const USAGE = `npm run bench -- [options]

  --quick           the hot SKU alone, in less than three minutes
  --only WORDS      choose cells: subjects, scenarios, databases, connections, and "comparison", "growth",
                    "processes", "remote" or "retention"; with commas: --only mysql,hot,200,product,no-op
  --rounds N        rounds, each of which measures every subject of a comparison (default 5, quick 3)
  --seconds N       length of one measurement (default 3, quick 2)
  --stored N,N      sales stored already where growth is measured (default 1000000,10000000)
  --before REV      measure the product of a commit, too, in the same rounds; it is built when first asked for
  --mysql URL       a MySQL server, and a user who may create databases (or BENCH_MYSQL_URL);
                    without it only the embedded database is measured
  --json FILE       the cells
  --markdown FILE   the tables, which are printed in any case
  --svg FILE        a plot
  --histories DIR   record and check a history of each round of the product; the figures of such a run mean
                    nothing, because recording takes processor time
  --first-port N    ports from here on are used (default 7200)
`;

/** Options that mean nothing to npm itself. */
const KEPT_BY_NPM = [
  'quick',
  'rounds',
  'seconds',
  'stored',
  'before',
  'mysql',
  'markdown',
  'svg',
  'histories',
];

/**
 * @param variables the environment: npm keeps an option for itself when the `--` before it is missing, and says so there
 * @throws TypeError or RangeError whose message is for the person who typed them
 */
export function readArguments(words: readonly string[], variables: NodeJS.ProcessEnv = {}): BenchArguments {
  const kept = KEPT_BY_NPM.filter((option) => variables[`npm_config_${option}`]);
  if (kept.length > 0) {
    throw new RangeError(
      `npm kept --${kept.join(', --')} for itself. Write options after two dashes: npm run bench -- --quick`,
    );
  }
  const { values } = parseArgs({
    args: [...words],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      stored: { type: 'string' },
      before: { type: 'string' },
      mysql: { type: 'string' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      svg: { type: 'string' },
      histories: { type: 'string' },
      'first-port': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.mysql !== undefined && !/^mysql:\/\/./.test(values.mysql)) {
    throw new RangeError('--mysql takes a URL: mysql://user:password@host:3306/database');
  }
  return {
    quick: values.quick,
    only: values.only.flatMap((list) => list.split(',')).filter((word) => word !== ''),
    rounds: wholeNumber('rounds', values.rounds, 1_000),
    seconds: wholeNumber('seconds', values.seconds, 3_600),
    storedSales: values.stored?.split(',').map((size) => storedSize(size)),
    before: values.before,
    mysqlUrl: values.mysql,
    firstPort: wholeNumber('first-port', values['first-port'], 65_000) ?? 7_200,
    jsonFile: values.json,
    markdownFile: values.markdown,
    svgFile: values.svg,
    historyFolder: values.histories,
    help: values.help,
  };
}

function wholeNumber(option: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > most) {
    throw new RangeError(`--${option} takes a whole number from 1 to ${most}`);
  }
  return number;
}

/** Sales are stored in whole postings. */
function storedSize(text: string): number {
  const size = wholeNumber('stored', text, 100_000_000)!;
  if (size % 100 !== 0) throw new RangeError('--stored takes multiples of 100');
  return size;
}

/**
 * `npm run k6 -- SCRIPT [k6 options]`: runs a script of k6/ with the k6 of PATH, or with its image, and then the gate.
 *
 * Needs no package and no compiled code: it measures installations that run elsewhere.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { GATE_PLACE } from '../load/summary-page.js';
import {
  commandFor,
  exitStatus,
  isHistoryWanted,
  parseArguments,
  readTarget,
  RunError,
  USAGE,
  variablesOf,
} from './command.mjs';
import { gateHtml, gateText } from './gate-report.mjs';
import { judge } from './gate.mjs';
import { readLedgers, readReconciliation, readSettledSales } from './installation.mjs';
import { findK6, runK6 } from './k6-process.mjs';
import { openingRules } from './opening-rules.mjs';
import { readRequestLog } from './request-log.mjs';
import { waitlistRules } from './waitlist-rules.mjs';

const FOLDER = path.join(import.meta.dirname, '..');
const ROOT = path.join(FOLDER, '..');

async function main(parameters) {
  // Behind the script it is an option of k6.
  if (['--help', '-h'].includes(parameters[0])) {
    console.log(USAGE);
    return 0;
  }
  const script = parseArguments(parameters);
  const variables = readVariables(script);
  const target = findTarget(variables);
  const hasHistory = script.sells && isHistoryWanted(variables);
  const found = findK6();
  await assertBooksAgree(target);

  const files = clearResults(script);
  const k6Status = await runK6(
    commandFor(found, script, {
      ...target,
      folder: FOLDER,
      summaryFile: script.sells ? `results/${script.name}` : undefined,
      logFile: hasHistory || script.isLogged ? `results/${script.name}.log` : undefined,
      platform: process.platform,
      user: process.getuid && `${process.getuid()}:${process.getgid()}`,
    }),
    FOLDER,
  );

  const run = script.sells ? readRun(files, k6Status) : undefined;
  const { ledgers, ownRules } = await readBooks(target, script, { run, files });
  const rules = judge(run, ledgers, await readReconciliation(target), ownRules);
  if (hasHistory) rules.push(checkHistory(files, { ...run, ledgers }));
  const status = exitStatus(k6Status, rules);
  console.log(gateText(rules));
  if (run) writeGate(files, { ...run, gate: rules, k6Status, status });
  if (status !== 0) console.log(`  k6 ended with status ${k6Status}, this with ${status}.\n`);
  return status;
}

/** The ledgers of the run's products, and the rules of this script alone, which has one product. */
async function readBooks(target, script, { run, files }) {
  const products = run?.products ?? [];
  // Without a product nothing was set up, which the gate says.
  if (!script.rules || products.length === 0) {
    return { ledgers: await readLedgers(target, products), ownRules: [] };
  }
  const { ledger, sales, looks } = await readSettledSales(target, products[0]);
  if (script.rules === 'opening') return { ledgers: [ledger], ownRules: openingRules(run, ledger, sales) };
  const seen = sales.map(({ id, status }) => [id, status]);
  for (const look of looks) fs.appendFileSync(files.log, `${JSON.stringify({ seen, ...look })}\n`);
  return { ledgers: [ledger], ownRules: waitlistRules(run, ledger, sales, readRequestLog(files.log)) };
}

function readVariables({ options }) {
  const variablesFile = path.join(ROOT, '.env');
  if (fs.existsSync(variablesFile)) process.loadEnvFile(variablesFile);
  return { ...process.env, ...variablesOf(options) };
}

function findTarget(variables) {
  return readTarget(variables, () => keyOf(path.resolve(ROOT, variables.DATA_DIR || '.donut-states')));
}

/** The key that `npm start` made, `undefined` when there is none. */
function keyOf(dataDirectory) {
  try {
    return JSON.parse(fs.readFileSync(path.join(dataDirectory, 'keys.json'), 'utf8')).operationsApiKey;
  } catch {
    return undefined;
  }
}

/** @throws RunError when they do not before the run: whatever came after would prove nothing */
async function assertBooksAgree(target) {
  const reconciliation = await readReconciliation(target).catch((error) => {
    throw new RunError(`${error.message}\nIs the system up, and is this its key?`);
  });
  if (reconciliation.clean) return;
  const found = gateText(judge(undefined, [], reconciliation));
  throw new RunError(`The books do not agree before the run, so it would prove nothing.\n${found}`);
}

/** Removes what an earlier run left: it must not be taken for this one's. */
function clearResults({ name }) {
  const results = path.join(FOLDER, 'results');
  fs.mkdirSync(results, { recursive: true });
  const [json, html, log, history] = ['json', 'html', 'log', 'jsonl'].map((ending) =>
    path.join(results, `${name}.${ending}`),
  );
  const files = { json, html, log, history };
  for (const file of Object.values(files)) fs.rmSync(file, { force: true });
  return files;
}

function readRun({ json }, k6Status) {
  if (!fs.existsSync(json)) {
    throw new RunError(`k6 ended with status ${k6Status} and left no summary: nothing can be compared.`);
  }
  return JSON.parse(fs.readFileSync(json, 'utf8'));
}

/** Makes a history of the log, and checks it. Only this needs the project's packages. */
function checkHistory({ json }, record) {
  fs.writeFileSync(json, JSON.stringify(record));
  const { status } = spawnSync('npm', ['run', '--silent', 'check:history', '--', '--k6', json], {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  return {
    rule: 'the history of the run is true (check:history)',
    holds: status === 0,
    detail: status === 0 ? 'no contradiction' : 'see above',
  };
}

function writeGate({ json, html }, record) {
  const page = fs.readFileSync(html, 'utf8').replace(GATE_PLACE, () => gateHtml(record.gate));
  fs.writeFileSync(html, page);
  fs.writeFileSync(json, `${JSON.stringify(record, null, 2)}\n`);
  console.log(`  summary: ${path.relative(process.cwd(), html)}\n`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof RunError)) throw error;
  console.error(`\n${error.message}\n`);
  process.exitCode = error.exitStatus;
}

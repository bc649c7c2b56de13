import { EXIT_STATUS } from '#runtime';
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CORRUPTIONS } from './corruptions.js';
import { EditableHistory } from './editable-history.js';
import { simulatedHistory } from './simulated-history.js';

const USAGE = `Makes histories that test the check of histories.

  node dist/test/history/testing/make-histories.main.js simulate FILE PURCHASES [SEED]
  node dist/test/history/testing/make-histories.main.js corrupt FILE FOLDER

simulate writes the true history of a simulated shop. corrupt writes a file for each way to make a true history false,
as far as this history has something to corrupt, and prints the rule that each must break.`;

async function main([command, file, ...rest]: readonly string[]): Promise<void> {
  if (command === '--help' || command === '-h') console.log(USAGE);
  else if (command === 'simulate' && file && Number(rest[0]) > 0)
    await simulate(file, Number(rest[0]), Number(rest[1] ?? 1));
  else if (command === 'corrupt' && file && rest[0]) corrupt(file, rest[0]);
  else {
    console.error(USAGE);
    process.exitCode = EXIT_STATUS.usage;
  }
}

async function simulate(file: string, purchases: number, seed: number): Promise<void> {
  const lines = simulatedHistory({
    seed,
    purchases,
    openingUnits: purchases,
    adjustments: 100,
    deliveries: 100,
  });
  const text = function* () {
    for (const line of lines) yield `${JSON.stringify(line)}\n`;
  };
  await pipeline(Readable.from(text()), createWriteStream(file));
}

function corrupt(file: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const original = readFileSync(file, 'utf8');
  for (const { name, rule, corrupt } of CORRUPTIONS) {
    const history = EditableHistory.parse(original);
    if (corrupt(history) === undefined) continue;
    const target = join(folder, `${name.replaceAll(' ', '-')}.jsonl`);
    writeFileSync(target, history.toString());
    console.log(`${target}: ${rule}`);
  }
}

await main(process.argv.slice(2));

/** The command line of a tool that takes no parameters: its usage for `--help`, and status 2 for anything else. */
import process from 'node:process';
import { parseArgs } from 'node:util';

/** @returns whether the tool is to do its work */
export function isToRun(usage) {
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
    if (values.help) console.log(usage);
    return !values.help;
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
    return false;
  }
}

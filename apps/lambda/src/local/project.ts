import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the project, for sources and for what is compiled from them. */
export const PROJECT = above(import.meta.dirname);

/** Of what is compiled from here. */
export const COMPILED = join(PROJECT, 'dist/apps/lambda/src');

function above(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : above(dirname(folder));
}

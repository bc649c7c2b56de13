import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as bundler from '../../bundle.mjs';
import { PROJECT } from './project.js';

type Bundler = typeof bundler;

/**
 * Bundles functions, all of them unless some are named.
 *
 * @returns the bytes of each
 */
export async function makeBundles(names?: readonly string[]): Promise<Record<string, number>> {
  // It bundles what is compiled, and is itself not compiled.
  const file = pathToFileURL(join(PROJECT, 'apps/lambda/bundle.mjs')).href;
  const { bundle, NAMES } = (await import(file)) as Bundler;
  return bundle(names ?? NAMES);
}

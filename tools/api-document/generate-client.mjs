import path from 'node:path';
import { packageFile, run } from './tools.mjs';

/**
 * Writes a typed client of the API into a folder.
 *
 * @throws Error when the generator fails
 */
export function generateClient(document, folder) {
  const config = path.join(import.meta.dirname, 'openapi-ts.config.mjs');
  const script = packageFile('@hey-api/openapi-ts/bin/run.js');
  const env = { CLIENT_INPUT: document, CLIENT_OUTPUT: folder };
  if (!run([script, '--file', config], { quiet: true, env })) throw new Error('The client was not made.');
}

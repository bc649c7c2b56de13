import { writeFileSync } from 'node:fs';
import { type Keys } from './data-directory.js';
import { type Settings } from './settings.js';

/** Writes what the collection of clients/postman needs to know of this run: with it, every request works as it is. */
export function writePostmanEnvironment(
  file: string,
  { urls, given }: Settings,
  { operationsApiKey }: Keys,
): void {
  // A key that the person gave is nothing to be written down.
  const operationsKey = given.OPERATIONS_API_KEY ? '' : operationsApiKey;
  const values = { baseUrl: urls.sales, operationsKey };
  const environment = {
    name: 'Donut-States: npm start',
    values: Object.entries(values).map(([key, value]) => ({ key, value, enabled: true })),
    _postman_variable_scope: 'environment',
  };
  writeFileSync(file, `${JSON.stringify(environment, null, 2)}\n`, { mode: 0o600 });
}

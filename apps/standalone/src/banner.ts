import { type Keys } from './data-directory.js';
import { type Settings } from './settings.js';

/** The URLs and keys that a person needs when everything listens. It omits the signing key, and all given keys and passwords. */
export function readyBanner(settings: Settings, keys: Keys): string {
  const { urls, embedded, given } = settings;
  const key = given.OPERATIONS_API_KEY ? 'the one you gave in OPERATIONS_API_KEY' : keys.operationsApiKey;
  return [
    '',
    '  Donut-States is ready.',
    '',
    `    Sales API and its docs   ${urls.docs}`,
    `    Mail inbox               ${embedded.mail ? urls.mail : `your own mail server, ${urls.mail}`}`,
    `    Factory and its faults   ${urls.factory}/faults`,
    `    Worker health            ${urls.worker}/health/ready`,
    `    Queue                    ${embedded.queue ? urls.queue : `your own queue, ${urls.queue}`}`,
    `    Operations API key       ${key}`,
    `    Data                     ${settings.dataDirectory}${embedded.database ? '' : ', and your own database'}`,
    '',
    '  Sell two donuts:',
    '',
    `    ${sellCommand(`${urls.sales}/sales`)}`,
    '',
    '  Stop: Ctrl-C. The data stays for the next npm start.',
    `  Begin anew: npm start -- --fresh${embedded.database ? '' : ' (your own database is left as it is)'}`,
    '',
  ].join('\n');
}

function sellCommand(url: string): string {
  const body = JSON.stringify({ lines: [{ sku: 'CP-502101', quantity: 2 }] });
  const header = 'Content-Type: application/json';
  return process.platform === 'win32'
    ? `curl.exe -i ${url} -H "${header}" -d "${body.replaceAll('"', '\\"')}"`
    : `curl -i ${url} -H '${header}' -d '${body}'`;
}

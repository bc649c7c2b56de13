import { EXIT_STATUS } from '#runtime/exit-status';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OpsEnvironment } from './environment.js';
import { Failure, usageFailure } from './failure.js';

/** Where the sales API is, and whose key it gets. */
export interface Connection {
  url: string;
  key: string;
  /** Where the key comes from, in words. */
  keySource: string;
}

/** The file of `npm start` in its data directory. */
const KEYS_FILE = 'keys.json';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** @throws Failure for a URL that is not usable, and where there is no key */
export function connectionOf(environment: OpsEnvironment, givenUrl?: string): Connection {
  const url = normalised(
    givenUrl ?? environment.OPERATIONS_URL ?? `http://127.0.0.1:${environment.SALES_PORT}`,
  );
  const { OPERATIONS_KEY, OPERATIONS_API_KEY, DATA_DIR } = environment;
  if (OPERATIONS_KEY) return { url, key: OPERATIONS_KEY, keySource: 'OPERATIONS_KEY' };
  if (OPERATIONS_API_KEY) return { url, key: OPERATIONS_API_KEY, keySource: 'OPERATIONS_API_KEY' };
  // The key of a system on this machine is no business of another machine.
  const key = LOOPBACK.test(new URL(url).hostname) ? localKey(DATA_DIR) : undefined;
  if (key) return { url, key, keySource: join(DATA_DIR, KEYS_FILE) };
  throw new Failure(
    'OPERATIONS_KEY is missing: your own API key. An administrator makes one with: npm run ops -- keys add NAME ROLE',
    EXIT_STATUS.configuration,
  );
}

function normalised(url: string): string {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw usageFailure(`${url} is no URL such as http://127.0.0.1:3000`);
  }
  const { username, password } = new URL(url);
  if (username || password) throw usageFailure('A user or password in the URL is not sent: leave it out.');
  return url.replace(/\/+$/, '');
}

/** The key that `npm start` has made. */
function localKey(directory: string): string | undefined {
  try {
    const keys = JSON.parse(readFileSync(join(directory, KEYS_FILE), 'utf8')) as {
      operationsApiKey?: string;
    };
    return keys.operationsApiKey;
  } catch {
    return undefined;
  }
}

import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { StartError } from './start-error.js';

/** The keys of one installation. Made once, so that what was signed before a restart stays valid after it. */
export interface Keys {
  operationsApiKey: string;
  callbackSigningKey: string;
  saleTokenKey: string;
}

/** Written first and removed last: a directory without it is not ours. */
const KEYS_FILE = 'keys.json';
/** The files that a run writes, with the side files of SQLite and of atomic replacements. */
const OWN_FILES =
  /^(warehouse\.sqlite|mail\.jsonl|factory\.json|keys\.json|postman_environment\.json)([.-][\w.-]+)?$/;
const QUEUE_FILES = /^fauxqs\.db(-\w+)?$/;
/** Prove nothing about whose directory it is: a start that was killed early leaves them alone in it. */
const PASSING_FILES = ['run.lock', 'run.json', `${KEYS_FILE}.new`];
/** The files that npm run migrate and npm run bench create here, also before the first start. */
const COMMAND_FILES = /^(warehouse\.sqlite(-\w+)?|bench)$/;

/** Files and folders of a data directory. */
export interface DataPaths {
  database: string;
  queue: string;
  mail: string;
  factoryState: string;
  postmanEnvironment: string;
}

export function dataPaths(directory: string): DataPaths {
  return {
    database: join(directory, 'warehouse.sqlite'),
    queue: join(directory, 'queue'),
    mail: join(directory, 'mail.jsonl'),
    factoryState: join(directory, 'factory.json'),
    postmanEnvironment: join(directory, 'postman_environment.json'),
  };
}

export function makeKeys(): Keys {
  return {
    operationsApiKey: randomBytes(24).toString('base64url'),
    callbackSigningKey: randomBytes(32).toString('base64url'),
    saleTokenKey: randomBytes(32).toString('base64url'),
  };
}

/** Where the local run keeps everything that survives a restart. */
export class DataDirectory {
  readonly paths: DataPaths;

  /**
   * Creates the directory if it is missing, and makes our files in it private to its owner.
   *
   * @throws StartError when it holds things that are not ours: they are never touched, nor mixed with ours
   */
  constructor(readonly path: string) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const entries = readdirSync(path).filter((entry) => !PASSING_FILES.includes(entry));
    if (!entries.includes(KEYS_FILE) && !entries.every((entry) => COMMAND_FILES.test(entry))) {
      throw new StartError(
        `${path} holds files that are not of Donut-States (${entries.slice(0, 3).join(', ')}${entries.length > 3 ? ', ...' : ''}). ` +
          'Set DATA_DIR to an empty folder or to one that does not exist yet.',
      );
    }
    this.paths = dataPaths(path);
    makePrivate(path, (name) => OWN_FILES.test(name) || PASSING_FILES.includes(name));
    if (isOwnFolder(this.paths.queue)) makePrivate(this.paths.queue, (name) => QUEUE_FILES.test(name));
  }

  /** Removes the data of earlier runs, and nothing else. */
  clear(): void {
    const { queue } = this.paths;
    // Of a link, only the link: what it leads to is not ours.
    if (lstatSync(queue, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(queue);
    if (isOwnFolder(queue)) {
      for (const entry of readdirSync(queue).filter((name) => QUEUE_FILES.test(name))) {
        rmSync(join(queue, entry));
      }
      if (readdirSync(queue).length === 0) rmdirSync(queue);
    }
    for (const entry of readdirSync(this.path).filter((name) => OWN_FILES.test(name) && name !== KEYS_FILE)) {
      rmSync(join(this.path, entry));
    }
    rmSync(join(this.path, KEYS_FILE), { force: true });
  }

  /**
   * The keys of this installation, made when there are none. Only their owner can read the file.
   *
   * @throws StartError when the file is damaged: new keys would silently void every open factory order
   */
  keys(): Keys {
    const file = join(this.path, KEYS_FILE);
    if (!existsSync(file)) return writeKeys(file, makeKeys());
    const keys = parse(readFileSync(file, 'utf8'));
    if (keys) return isComplete(keys) ? keys : writeKeys(file, { ...makeKeys(), ...keys });
    throw new StartError(`${file} is damaged. Mend it, or begin anew: npm start -- --fresh`);
  }
}

/** A directory of an earlier version lacks the keys that were added since. */
type FoundKeys = Pick<Keys, 'operationsApiKey' | 'callbackSigningKey'> & Partial<Keys>;

function parse(text: string): FoundKeys | undefined {
  try {
    const { operationsApiKey, callbackSigningKey, saleTokenKey } = JSON.parse(text) as Partial<Keys>;
    if (!operationsApiKey || !callbackSigningKey) return undefined;
    return { operationsApiKey, callbackSigningKey, ...(saleTokenKey && { saleTokenKey }) };
  } catch {
    return undefined;
  }
}

function isComplete(keys: FoundKeys): keys is Keys {
  return keys.saleTokenKey !== undefined;
}

/** In one piece: a start that is killed leaves the file of before, or none. */
function writeKeys(file: string, keys: Keys): Keys {
  writeFileSync(`${file}.new`, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return keys;
}

function isOwnFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * Makes a folder and our files in it private to their owner. Follows no link out of it.
 * Windows has other rights, and no modes.
 *
 * @throws StartError when they belong to another user
 */
function makePrivate(folder: string, isOurs: (name: string) => boolean): void {
  if (process.platform === 'win32') return;
  // The folder first, so that no other user puts a link there meanwhile.
  setMode(folder, 0o700);
  for (const name of readdirSync(folder).filter(isOurs)) {
    const file = join(folder, name);
    if (lstatSync(file).isFile()) setMode(file, 0o600);
  }
}

function setMode(path: string, mode: number): void {
  if ((statSync(path).mode & 0o777) === mode) return;
  try {
    chmodSync(path, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartError(
      `${path} can be read by others, and that cannot be changed (${code}). Set DATA_DIR to a folder that belongs to you.`,
    );
  }
}

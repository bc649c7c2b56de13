import { fileURLToPath } from 'node:url';

/** A scheme of at least two letters: one letter is a drive of Windows. */
const SCHEME = /^[a-z][a-z0-9+.-]+:/i;

/** Whether `url` is a MySQL database, `mysql://user:password@host:port/database`, or names a file. */
export function isDatabaseUrl(url: string): boolean {
  return isMysqlUrl(url) ? hasHostAndDatabase(url) : fileOf(url) !== undefined;
}

/** Only `mysql://` means MySQL. Another spelling would be read as a file, in a folder with the password as its name. */
export function isMysqlUrl(url: string): boolean {
  return url.startsWith('mysql://');
}

/**
 * The file of the embedded database that `url` names: a path, or one after `file:`.
 *
 * @returns `undefined` for anything else, and for a database in memory, which would lose every sale
 */
export function fileOf(url: string): string | undefined {
  const file = url.startsWith('file:') ? fileOfFileUrl(url) : url;
  if (file === undefined || file === '' || file.includes(':memory:')) return undefined;
  return SCHEME.test(file) || file.startsWith('//') || file.includes('://') ? undefined : file;
}

function fileOfFileUrl(url: string): string | undefined {
  // SQLite's own options after a ? are refused: they could turn durability off.
  if (/[?#]/.test(url)) return undefined;
  if (!url.startsWith('file://')) return url.slice('file:'.length);
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

function hasHostAndDatabase(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname, pathname } = new URL(url);
  return hostname !== '' && /^\/[^/]+$/.test(pathname);
}

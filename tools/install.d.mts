/** Types of the exports of install.mjs for its spec. */
interface LockFile {
  packages?: Record<string, { version?: string; integrity?: string; optional?: boolean }>;
}

export function nodeVersionFault(version: string): string | undefined;
export function installedMatches(lock: LockFile, installed: LockFile): boolean;

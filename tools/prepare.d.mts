/** Types of what prepare.mjs exports for its tests. */
export interface LockFile {
  packages?: Record<
    string,
    {
      version?: string;
      integrity?: string;
      optional?: boolean;
    }
  >;
}

export class PrepareError extends Error {}
export function nodeVersionFault(version: string): string | undefined;
export function installedMatches(lock: LockFile, installed: LockFile): boolean;
export function listSources(root: string): string[];
export function hashSources(root: string, sources?: string[]): string;
export function isBuilt(root: string): boolean;
export function removeStaleOutput(root: string): void;
export function withLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T>;

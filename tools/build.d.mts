/** Types of the exports of build.mjs for its spec. */
export function hashSources(root: string, sources?: string[]): string;
export function isBuilt(root: string): boolean;
export function removeStaleOutput(root: string): void;

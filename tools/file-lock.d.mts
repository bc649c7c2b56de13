/** Types of the exports of file-lock.mjs for its spec. */
export function withLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T>;

/** Types of the exports of bundle.mjs. */
export const NAMES: readonly string[];
export function bundle(names: readonly string[]): Promise<Record<string, number>>;

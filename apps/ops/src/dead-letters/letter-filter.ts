import { type Command } from 'commander';
import { timeOf } from '../terminal/times.js';

/** Which dead letters. */
export interface LetterFilterOptions {
  queue?: Queue;
  cause?: string;
  sku?: string;
  factory?: string;
  text?: string;
  since?: string;
  until?: string;
}

export type Queue = 'goods-receipts' | 'notifications' | 'probe' | 'restock' | 'webhooks';

/** Adds the options that choose dead letters. */
export function withLetterFilter(command: Command): Command {
  return command
    .option('--queue <queue>', 'restock, goods-receipts, notifications, webhooks or probe')
    .option('--cause <code>', 'such as FACTORY.REFUSED')
    .option('--sku <sku>', 'about this product')
    .option('--factory <id>', 'about this factory')
    .option('--text <text>', "with this in the message or in the cause's detail")
    .option('--since <time>', 'opened then or later: 2h (ago), 2026-12-01, "2026-12-01 03:00"')
    .option('--until <time>', 'opened before then');
}

/** The filter as the API takes it. @throws Failure for a time that is none */
export function letterFilter({ queue, cause, sku, factory, text, since, until }: LetterFilterOptions) {
  return {
    ...(queue !== undefined && { queue }),
    ...(cause !== undefined && { cause }),
    ...(sku !== undefined && { sku }),
    ...(factory !== undefined && { factoryId: factory }),
    ...(text !== undefined && { text }),
    ...(since !== undefined && { since: timeOf(since) }),
    ...(until !== undefined && { until: timeOf(until) }),
  };
}

/** The same filter as options of another command. */
export function filterArguments(filter: LetterFilterOptions): string {
  const names = ['queue', 'cause', 'sku', 'factory', 'text', 'since', 'until'] as const;
  return names
    .filter((name) => filter[name] !== undefined)
    .map((name) => ` --${name} ${quoted(filter[name]!)}`)
    .join('');
}

function quoted(text: string): string {
  return /^[\w.:@/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

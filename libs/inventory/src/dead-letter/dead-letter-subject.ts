import { createHash } from 'node:crypto';
import { type UnhandledMessage } from './unhandled-message.js';

/** What a message names, as far as it does. */
export type MessageNames = Record<'restockOrderId' | 'sku' | 'factoryId', string | null>;

/** The members of a message; undefined for a body that is no JSON object. */
export function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A message names these at its top, or among the facts of a mail. */
export function namesIn(body: string): MessageNames {
  const message = parseObject(body) ?? {};
  const facts = (message.facts ?? {}) as Record<string, unknown>;
  const text = (name: keyof MessageNames) => {
    const value = message[name] ?? facts[name];
    // A longer one is no name, and has no place in its column.
    return typeof value === 'string' && value.length <= 64 ? value : null;
  };
  return { restockOrderId: text('restockOrderId'), sku: text('sku'), factoryId: text('factoryId') };
}

/**
 * Equal for messages that fail at the same thing: those of one restock order, and otherwise copies, which differ at most in
 * when they were received. Probes are each a test of their own.
 */
export function failingThingOf({ queue, messageId, body }: UnhandledMessage): string {
  const message = parseObject(body);
  if (queue === 'probe') return `${queue} ${messageId}`;
  if (queue === 'restock' && typeof message?.restockOrderId === 'string') {
    return `${queue} ${digest(message.restockOrderId)}`;
  }
  const content = message ? JSON.stringify({ ...message, receivedAt: undefined }) : body;
  return `${queue} ${digest(content)}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

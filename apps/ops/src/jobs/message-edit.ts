import { usageFailure } from '../failure.js';

export type Message = Record<string, unknown>;

export interface Change {
  path: string;
  before: unknown;
  after: unknown;
}

const ASSIGNMENT = /^([^=]+)=(.*)$/s;

/**
 * A copy of a message with other members.
 *
 * @param assignments such as `quantity=7` or `lines.0.sku=CP-502101`; a value is JSON, or else a text
 * @throws Failure for an assignment that is none, or whose path leads nowhere
 */
export function changed(
  original: Message,
  assignments: readonly string[],
): { message: Message; changes: Change[] } {
  const message = structuredClone(original);
  const changes = assignments.map((assignment) => {
    const [, path, text] = ASSIGNMENT.exec(assignment) ?? [];
    if (path === undefined) throw usageFailure(`${assignment} is not of the form MEMBER=VALUE`);
    return assign(message, path, valueOf(text!));
  });
  return { message, changes };
}

function assign(message: Message, path: string, after: unknown): Change {
  const names = path.split('.');
  const last = names.pop()!;
  let parent: unknown = message;
  for (const name of names)
    parent = isContainer(parent) && Object.hasOwn(parent, name) ? parent[name] : undefined;
  if (!isContainer(parent))
    throw usageFailure(`The message has no ${names.join('.')}, in which ${last} could be set`);
  const before = Object.hasOwn(parent, last) ? parent[last] : undefined;
  // Defined, since an assignment to __proto__ would be another thing.
  Object.defineProperty(parent, last, { value: after, writable: true, enumerable: true, configurable: true });
  return { path, before, after };
}

function isContainer(value: unknown): value is Message {
  return typeof value === 'object' && value !== null;
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

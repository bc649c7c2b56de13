import { hash } from 'node:crypto';

/** Characters of a digest that are kept: 132 bits. */
const DIGEST_CHARACTERS = 22;

/** One tag, as RFC 9110 section 8.8.3 writes it. `opaque` is what stands between the quotes. */
export interface EntityTag {
  isWeak: boolean;
  opaque: string;
}

const TAG = '(?:W/)?"[\\x21\\x23-\\x7e\\x80-\\xff]*"';

/** A value of `If-Match` and `If-None-Match`: `*`, or a list of tags, whose empty elements are ignored. */
export const ENTITY_TAGS_PATTERN = `^(?:\\*|[ \\t,]*${TAG}(?:[ \\t]*,[ \\t,]*${TAG})*[ \\t,]*)$`;

/** A strong tag with a part for each of `values`: equal parts for equal values. */
export function strongTag(...values: unknown[]): string {
  const parts = values.map((value) =>
    hash('sha256', JSON.stringify(value), 'base64url').slice(0, DIGEST_CHARACTERS),
  );
  return `"${parts.join('.')}"`;
}

/** The first part of an opaque tag. */
export function firstPart(opaque: string): string {
  return opaque.split('.', 1)[0]!;
}

/** Reads a header that matches {@link ENTITY_TAGS_PATTERN}. */
export function parseEntityTags(header: string): '*' | EntityTag[] {
  if (header === '*') return '*';
  return [...header.matchAll(/(W\/)?"([^"]*)"/g)].map(([, weak, opaque]) => ({
    isWeak: weak !== undefined,
    opaque: opaque!,
  }));
}

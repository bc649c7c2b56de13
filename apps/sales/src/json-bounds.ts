/** Deeper than anything that a client has to say. What is deeper still would overflow the stack of JSON.stringify. */
export const MAX_DEPTH = 32;

/** Several times the values of the largest sale. Parsing and validating a body of 30,000 values takes milliseconds. */
export const MAX_VALUES = 1_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/**
 * Which bound a JSON text exceeds, told from its brackets and commas alone: before it is parsed, and no further than
 * the bound. Of text that is no JSON it may say either.
 */
export function exceededBound(bytes: Uint8Array): 'depth' | 'values' | undefined {
  let depth = 0;
  let values = 1;
  let position = 0;
  // This loop runs for every request: it is as plain as can be.
  while (position < bytes.length) {
    const byte = bytes[position++];
    if (byte === QUOTE) {
      position = endOfString(bytes, position);
    } else if (byte === COMMA) {
      if (++values > MAX_VALUES) return 'values';
    } else if (byte === OPENING_BRACKET || byte === OPENING_BRACE) {
      if (++depth > MAX_DEPTH) return 'depth';
      if (++values > MAX_VALUES) return 'values';
    } else if (byte === CLOSING_BRACKET || byte === CLOSING_BRACE) {
      depth -= 1;
    }
  }
  return undefined;
}

/** The position behind the quote that ends the string. */
function endOfString(bytes: Uint8Array, start: number): number {
  let position = start;
  while (position < bytes.length) {
    const byte = bytes[position++];
    if (byte === QUOTE) break;
    if (byte === BACKSLASH) position += 1;
  }
  return position;
}

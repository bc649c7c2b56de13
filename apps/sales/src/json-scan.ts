import { isExactAsDouble } from './json-number.js';

/** Deeper than anything that a client has to say. What is deeper still would overflow the stack of JSON.stringify. */
export const MAX_DEPTH = 32;

/** Several times the values of the largest sale. Parsing and validating a body of 30,000 values takes milliseconds. */
export const MAX_VALUES = 1_000;

/** A number of at most so many characters and without an exponent keeps its value as a double. */
const EXACT_CHARACTERS = 15;

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const COLON = 0x3a;
const UPPER_E = 0x45;
const OPENING_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const LOWER_E = 0x65;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/**
 * What a JSON text breaks: it is nested too deep, has too many values, or has a number that would become another one
 * when it is parsed.
 */
export type JsonFault = 'depth' | 'values' | 'number';

/**
 * Looks through a JSON text before it is parsed, and no further than its first fault. Of text that is no JSON it may say
 * anything.
 *
 * @returns how many members the objects of the text have altogether, a repeated one counted each time; or the fault
 */
export function scanJson(bytes: Buffer): number | JsonFault {
  let depth = 0;
  let values = 1;
  let members = 0;
  let longNumbers = 0;
  let position = 0;
  // This loop runs for every request: it is as plain as can be.
  while (position < bytes.length) {
    const byte = bytes[position++]!;
    if (byte === QUOTE) {
      position = endOfString(bytes, position);
    } else if (byte === COMMA) {
      if (++values > MAX_VALUES) return 'values';
    } else if (byte === COLON) {
      members += 1;
    } else if (byte === OPENING_BRACKET || byte === OPENING_BRACE) {
      if (++depth > MAX_DEPTH) return 'depth';
      if (++values > MAX_VALUES) return 'values';
    } else if (byte === CLOSING_BRACKET || byte === CLOSING_BRACE) {
      depth -= 1;
    } else if (byte <= DIGIT_9 && (byte >= DIGIT_0 || byte === MINUS)) {
      const start = position - 1;
      position = endOfDigits(bytes, position);
      const next = bytes[position];
      if (position - start <= EXACT_CHARACTERS && next !== LOWER_E && next !== UPPER_E) continue;
      // Text that is no JSON can have more numbers than values.
      if (++longNumbers > MAX_VALUES) return 'values';
      position = endOfNumber(bytes, position);
      if (!isExactAsDouble(bytes.toString('latin1', start, position))) return 'number';
    }
  }
  return members;
}

/** The position behind the quote that ends the string. */
function endOfString(bytes: Buffer, start: number): number {
  let position = start;
  while (position < bytes.length) {
    const byte = bytes[position++];
    if (byte === QUOTE) break;
    if (byte === BACKSLASH) position += 1;
  }
  return position;
}

/** The position behind the digits and the decimal point. */
function endOfDigits(bytes: Buffer, start: number): number {
  let position = start;
  while (isDigitOrPoint(bytes[position])) position += 1;
  return position;
}

/** The position behind the whole number, with its exponent. */
function endOfNumber(bytes: Buffer, start: number): number {
  let position = start;
  for (;;) {
    const byte = bytes[position];
    const isPart =
      isDigitOrPoint(byte) || byte === LOWER_E || byte === UPPER_E || byte === PLUS || byte === MINUS;
    if (!isPart) return position;
    position += 1;
  }
}

function isDigitOrPoint(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= DIGIT_0 && byte <= DIGIT_9) || byte === POINT);
}

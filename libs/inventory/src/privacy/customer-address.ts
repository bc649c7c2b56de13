import { hash } from 'node:crypto';
import { domainToASCII, domainToUnicode } from 'node:url';

/** In the place of an address in a text. A JSON value that is the address and nothing else becomes null. */
export const ERASED = '[erased]';

/** Hexadecimal digits of the digest by which an erased address is named. */
const DIGEST_DIGITS = 16;

/** Characters of an address, without those that also stand round one in a sentence: quotes, brackets, `=` and `/`. */
const INSIDE = '[\\p{L}\\p{N}.!#$%&*+?^_|~@-]';

/**
 * A quote behind a letter is a part of another address, such as `o'kim@example.com`. `=` and `/` may be in an address as well,
 * which nobody has; `to=kim@example.com` is in many texts.
 */
const BEFORE = `(?<!${INSIDE})(?<![\\p{L}\\p{N}]')`;

/** A full stop behind the address ends the sentence, unless another label of a domain follows. */
const AFTER = `(?![\\p{L}\\p{N}_@-]|\\.[\\p{L}\\p{N}])`;

const SYNTAX = /[\^$\\.*+?()[\]{}|/]/g;

/** The e-mail address of a buyer, to be found and erased. Upper and lower case are one, and so are both spellings of an international domain. */
export class CustomerAddress {
  /** In lower case, each spelling once. */
  readonly spellings: readonly string[];
  private readonly inText: RegExp;

  constructor(email: string) {
    const at = email.lastIndexOf('@');
    const [local, domain] = [email.slice(0, at), email.slice(at + 1)];
    const domains = [domainToASCII(domain), domain, domainToUnicode(domain)].filter(Boolean);
    this.spellings = [...new Set(domains.map((spelling) => `${local}@${spelling}`.toLowerCase()))];
    const any = this.spellings.map((spelling) => spelling.replace(SYNTAX, '\\$&')).join('|');
    this.inText = new RegExp(`${BEFORE}(?:${any})${AFTER}`, 'giu');
  }

  /** Names the address without telling it. Who guesses an address can see whether it is this one. */
  get digest(): string {
    return hash('sha256', this.spellings[0]!).slice(0, DIGEST_DIGITS);
  }

  is(text: string): boolean {
    return this.spellings.includes(text.toLowerCase());
  }

  /** Patterns for LIKE, in lower case: each text with the address is like one of them, and others are as well. */
  get patterns(): string[] {
    // A foreign sender of JSON may have written these characters as \uXXXX.
    return this.spellings.map((spelling) => `%${spelling.replace(/[^\x20-\x7e]+|@/g, '%')}%`);
  }

  /** The text without the address. Longer addresses that contain it stay. */
  erasedFromText(text: string): string {
    return text.replace(this.inText, ERASED);
  }

  /** The value without the address, in texts and names of members too; the same value where it is not in it. */
  erasedFromJson(value: unknown): unknown {
    if (typeof value === 'string') return this.is(value) ? null : this.erasedFromText(value);
    if (typeof value !== 'object' || value === null || value instanceof Date) return value;
    if (Array.isArray(value)) {
      const items = value.map((item) => this.erasedFromJson(item));
      return items.every((item, index) => item === value[index]) ? value : items;
    }
    const before = Object.entries(value);
    const after = before.map(([name, member]) => [this.erasedFromText(name), this.erasedFromJson(member)]);
    const isSame = after.every(([name, member], index) => {
      return name === before[index]![0] && member === before[index]![1];
    });
    return isSame ? value : Object.fromEntries(after);
  }

  /** As {@link erasedFromJson}, for JSON as text; as {@link erasedFromText} where it is none. */
  erasedFromJsonText(text: string): string {
    const value = parsed(text);
    if (value === undefined) return this.erasedFromText(text);
    const erased = this.erasedFromJson(value);
    return erased === value ? text : JSON.stringify(erased);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

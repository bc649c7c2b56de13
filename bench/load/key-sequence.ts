import { randomBytes, randomInt } from 'node:crypto';

/**
 * Idempotency keys as real clients send them: UUIDv4 to look at, in no order, and none twice. Both random ends run
 * through every number of 32 bits but 0 before one comes again (xorshift); the middle tells two sequences apart.
 * `requests.lua` makes the same.
 */
export class KeySequence {
  private readonly middle: string;
  private first = randomInt(1, 2 ** 31);
  private last = randomInt(1, 2 ** 31);

  constructor() {
    const hex = randomBytes(8).toString('hex');
    this.middle = `-${hex.slice(0, 4)}-4${hex.slice(4, 7)}-8${hex.slice(7, 10)}-${hex.slice(10, 14)}`;
  }

  next(): string {
    this.first = step(this.first);
    this.last = step(this.last);
    return `${hex32(this.first)}${this.middle}${hex32(this.last)}`;
  }
}

function step(number: number): number {
  let next = number ^ (number << 13);
  next ^= next >>> 17;
  return next ^ (next << 5);
}

function hex32(number: number): string {
  return (number >>> 0).toString(16).padStart(8, '0');
}

/** Bits of one generation, 4 MiB. */
const BITS = 1 << 25;
const BITS_A_KEY = 4;

/** With so many keys in each of two generations, less than one fresh key in 100,000 passes for a seen one. */
const KEYS_A_GENERATION = 250_000;

/**
 * Whether an idempotency key may have been used with this process lately. It can be wrong in one way only: a fresh key
 * may pass for a seen one. Keeps bits instead of keys, because hundreds of thousands of strings that live for minutes
 * cost the garbage collector more than selling costs.
 */
export class SeenKeys {
  private newer = new Uint32Array(BITS / 32);
  private older = new Uint32Array(BITS / 32);
  private count = 0;

  /** Notes the key. @returns whether it may have been noted before, among the last 250,000 for certain */
  note(key: string): boolean {
    let bit = 0x811c9dc5;
    let step = 0x9747b28c;
    for (let index = 0; index < key.length; index += 1) {
      const code = key.charCodeAt(index);
      bit = Math.imul(bit ^ code, 0x01000193);
      step = Math.imul(step ^ code, 0x5bd1e995);
    }
    let isInNewer = true;
    let isInOlder = true;
    for (let nth = 0; nth < BITS_A_KEY; nth += 1) {
      bit = (bit + step) | 0;
      const word = ((bit ^ (bit >>> 13)) & (BITS - 1)) >>> 5;
      const mask = 1 << (bit & 31);
      if ((this.older[word]! & mask) === 0) isInOlder = false;
      if ((this.newer[word]! & mask) === 0) {
        isInNewer = false;
        this.newer[word]! |= mask;
      }
    }
    if (!isInNewer && (this.count += 1) >= KEYS_A_GENERATION) this.forgetOlder();
    return isInNewer || isInOlder;
  }

  private forgetOlder(): void {
    const cleared = this.older.fill(0);
    this.older = this.newer;
    this.newer = cleared;
    this.count = 0;
  }
}

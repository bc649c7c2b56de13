/** Words of 32 bits that the bits of one key lie in: half of what a processor loads at once. */
const BLOCK_WORDS = 8;

/** Blocks of one generation, 4 MiB. */
const BLOCKS = 1 << 17;

/** Each of them is a byte of a hash, which is a place in a block. */
const BITS_A_KEY = 4;

/** With so many keys in each of two generations, about one fresh key in 100,000 passes for a seen one. */
const KEYS_A_GENERATION = 250_000;

/**
 * Whether an idempotency key may have been used with this process lately. It can be wrong in one way only: a fresh key
 * may pass for a seen one. Keeps bits instead of keys, because hundreds of thousands of strings that live for minutes
 * cost the garbage collector more than selling costs.
 */
export class SeenKeys {
  private newer = new Uint32Array(BLOCKS * BLOCK_WORDS);
  private older = new Uint32Array(BLOCKS * BLOCK_WORDS);
  private count = 0;

  /** Notes the key. @returns whether it may have been noted before, among the last 250,000 for certain */
  note(key: string): boolean {
    let one = 0x811c9dc5;
    let other = 0x9747b28c;
    for (let index = 0; index < key.length; index += 1) {
      const code = key.charCodeAt(index);
      one = Math.imul(one ^ code, 0x01000193);
      other = Math.imul(other ^ code, 0x5bd1e995);
    }
    const block = (mixed(one) & (BLOCKS - 1)) * BLOCK_WORDS;
    const places = mixed(other);
    let isInNewer = true;
    let isInOlder = true;
    for (let nth = 0; nth < BITS_A_KEY; nth += 1) {
      const place = (places >>> (8 * nth)) & 0xff;
      const word = block + (place >>> 5);
      const mask = 1 << (place & 31);
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

/** Every bit of the result depends on every bit of `hash`: the end of MurmurHash3. */
function mixed(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** All bits of one key are in one block of this many 32-bit words: half of a processor's cache line. */
const BLOCK_WORDS = 8;

/** Blocks of one generation, 4 MiB. */
const BLOCKS = 1 << 17;

/** Each bit's position in a block is one byte of a hash. */
const BITS_PER_KEY = 4;

/** With this many keys in each of two generations, about one new key in 100,000 is a false positive. */
const KEYS_PER_GENERATION = 250_000;

/**
 * A two-generation Bloom filter of the idempotency keys that this process saw recently. A false positive is possible, a
 * false negative within the last {@link KEYS_PER_GENERATION} keys is not.
 *
 * It stores bits instead of keys: hundreds of thousands of strings that live for minutes cost the garbage collector more
 * processor time than the sales themselves.
 */
export class RecentKeyFilter {
  private newer = new Uint32Array(BLOCKS * BLOCK_WORDS);
  private older = new Uint32Array(BLOCKS * BLOCK_WORDS);
  private count = 0;

  /** @returns whether the key may have been added before: always true for one of the last 250,000 keys */
  add(key: string): boolean {
    return this.look(key, true);
  }

  /** @returns as {@link add}, which it does not */
  has(key: string): boolean {
    return this.look(key, false);
  }

  private look(key: string, mustAdd: boolean): boolean {
    let one = 0x811c9dc5;
    let other = 0x9747b28c;
    for (let index = 0; index < key.length; index += 1) {
      const code = key.charCodeAt(index);
      one = Math.imul(one ^ code, 0x01000193);
      other = Math.imul(other ^ code, 0x5bd1e995);
    }
    const block = (mixed(one) & (BLOCKS - 1)) * BLOCK_WORDS;
    const positions = mixed(other);
    let isInNewer = true;
    let isInOlder = true;
    for (let index = 0; index < BITS_PER_KEY; index += 1) {
      const position = (positions >>> (8 * index)) & 0xff;
      const word = block + (position >>> 5);
      const mask = 1 << (position & 31);
      if ((this.older[word]! & mask) === 0) isInOlder = false;
      if ((this.newer[word]! & mask) === 0) {
        isInNewer = false;
        if (mustAdd) this.newer[word]! |= mask;
      }
    }
    if (mustAdd && !isInNewer && (this.count += 1) >= KEYS_PER_GENERATION) this.dropOlder();
    return isInNewer || isInOlder;
  }

  private dropOlder(): void {
    const cleared = this.older.fill(0);
    this.older = this.newer;
    this.newer = cleared;
    this.count = 0;
  }
}

/** The finalizer of MurmurHash3: every bit of the result depends on every bit of `hash`. */
function mixed(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

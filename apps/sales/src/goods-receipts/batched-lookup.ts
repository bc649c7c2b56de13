/** Keys of one read. */
const MAX_KEYS_PER_READ = 500;
const MAX_REMEMBERED = 10_000;

type Values = ReadonlyMap<string, string>;

/**
 * Finds a value that never changes once it is there. One read is under way at a time, and the next one has all keys that were
 * asked for meanwhile: a storm of requests costs no read each.
 */
export class BatchedLookup {
  /** The oldest first. */
  private readonly known = new Map<string, string>();
  private readonly waiting = new Set<string>();
  private underWay: Promise<unknown> = Promise.resolve();
  private next: Promise<Values> | undefined;

  /** @param read finds the values of at most 500 keys */
  constructor(private readonly read: (keys: readonly string[]) => Promise<Values>) {}

  /** The value, where it was found before. */
  remembered(key: string): string | undefined {
    const value = this.known.get(key);
    if (value !== undefined) this.remember(key, value);
    return value;
  }

  /** @returns undefined where there is no value (yet) @throws what `read` throws */
  async get(key: string): Promise<string | undefined> {
    const remembered = this.remembered(key);
    if (remembered !== undefined) return remembered;
    const value = (await this.withNext(key)).get(key);
    if (value !== undefined) this.remember(key, value);
    return value;
  }

  private withNext(key: string): Promise<Values> {
    this.waiting.add(key);
    this.next ??= this.underWay.then(() => {
      const keys = [...this.waiting];
      this.waiting.clear();
      this.next = undefined;
      const reading = this.readAll(keys);
      this.underWay = reading.catch(() => undefined);
      return reading;
    });
    return this.next;
  }

  private async readAll(keys: readonly string[]): Promise<Values> {
    const found = new Map<string, string>();
    for (let start = 0; start < keys.length; start += MAX_KEYS_PER_READ) {
      for (const [key, value] of await this.read(keys.slice(start, start + MAX_KEYS_PER_READ))) {
        found.set(key, value);
      }
    }
    return found;
  }

  private remember(key: string, value: string): void {
    this.known.delete(key);
    this.known.set(key, value);
    if (this.known.size > MAX_REMEMBERED) this.known.delete(this.known.keys().next().value!);
  }
}

/** Copies of one callback that are put on the queue within a window. More are known to be there already. */
const MAX_COPIES = 5;
const WINDOW_MS = 60_000;
const MAX_CALLBACKS = 10_000;

interface Publication {
  /** Copies that the queue has acknowledged in this window. */
  acknowledged: number;
  /** When the first of them was acknowledged, as `performance.now()`. */
  since: number;
  underWay: Set<Promise<unknown>>;
}

/**
 * Keeps a callback that is repeated again and again from filling the queue in front of other goods. A copy is left out
 * only when the queue has acknowledged others within the last minute: the queue keeps them for days, so that nothing is
 * lost. After a minute a copy is sent again, because a person may have emptied the queue meanwhile.
 */
export class PublishedCallbacks {
  private readonly publications = new Map<string, Publication>();

  /**
   * Undefined when another copy of the callback `key` should be published. Otherwise there are enough: resolves when
   * one of them has reached the queue, and rejects as they did when none has.
   */
  covered(key: string, now = performance.now()): Promise<void> | undefined {
    const { acknowledged, underWay } = this.of(key, now);
    if (acknowledged >= MAX_COPIES) return Promise.resolve();
    return underWay.size >= MAX_COPIES ? firstOf(underWay) : undefined;
  }

  /** Publishes a copy, and remembers that the queue has it. @throws what `publish` throws */
  async publish(key: string, publish: () => Promise<unknown>): Promise<void> {
    const publication = this.of(key, performance.now());
    const copy = publish();
    publication.underWay.add(copy);
    try {
      await copy;
      if (publication.acknowledged === 0) publication.since = performance.now();
      publication.acknowledged += 1;
    } finally {
      publication.underWay.delete(copy);
    }
  }

  /** Number of callbacks that are remembered. */
  get size(): number {
    return this.publications.size;
  }

  private of(key: string, now: number): Publication {
    let publication = this.publications.get(key);
    if (!publication) publication = { acknowledged: 0, since: now, underWay: new Set() };
    else if (now - publication.since >= WINDOW_MS) publication.acknowledged = 0;
    this.publications.delete(key);
    this.publications.set(key, publication);
    if (this.publications.size > MAX_CALLBACKS) {
      this.publications.delete(this.publications.keys().next().value!);
    }
    return publication;
  }
}

async function firstOf(copies: Set<Promise<unknown>>): Promise<void> {
  try {
    await Promise.any(copies);
  } catch (error) {
    throw (error as AggregateError).errors[0];
  }
}

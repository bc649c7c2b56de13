/** When two steps have the same time, those of the earlier kind come first. */
export type StepOrder = 'rises-first' | 'falls-first';

/**
 * A number that changes at known times: an upper or a lower bound of the stock. It is made in O(n log n), and answers a
 * question in O(log n).
 */
export class StepFunction {
  private readonly times: Float64Array;
  private readonly deltas: Float64Array;
  /** A binary tree of minima or maxima: the values after each step are its leaves. */
  private readonly tree: Float64Array;

  /** @param steps `[time, delta]`, in any order; they are read twice */
  constructor(
    private readonly initial: number,
    private readonly order: StepOrder,
    steps: { readonly length: number; time: (index: number) => number; delta: (index: number) => number },
  ) {
    const sorted = Uint32Array.from({ length: steps.length }, (_, index) => index);
    const kind = (index: number) => (this.isFirstKind(steps.delta(index)) ? 0 : 1);
    sorted.sort((one, other) => steps.time(one) - steps.time(other) || kind(one) - kind(other));
    this.times = Float64Array.from(sorted, (index) => steps.time(index));
    this.deltas = Float64Array.from(sorted, (index) => steps.delta(index));
    this.tree = this.buildTree();
  }

  /** The least value from `start` to `end`. Rises at either end do not count. Needs `falls-first`. */
  minimum(start: number, end: number): number {
    return this.extreme(start, end, Math.min);
  }

  /** The greatest value from `start` to `end`. Falls at either end do not count. Needs `rises-first`. */
  maximum(start: number, end: number): number {
    return this.extreme(start, end, Math.max);
  }

  /** The time of the first step after which the value is negative. */
  firstNegative(): number | undefined {
    const { times, tree } = this;
    const index = tree.subarray(times.length).findIndex((value) => value < 0);
    return index === -1 ? undefined : times[index];
  }

  private extreme(start: number, end: number, of: (one: number, other: number) => number): number {
    const { times, tree } = this;
    // The steps of the first kind count at `start` and `end`, those of the second kind only between them.
    const first = this.countUntil(start) - 1;
    const last = this.countUntil(end) - 1;
    let result = first === -1 ? this.initial : tree[times.length + first]!;
    for (
      let left = times.length + first + 1, right = times.length + last + 1;
      left < right;
      left >>= 1, right >>= 1
    ) {
      if (left & 1) result = of(result, tree[left++]!);
      if (right & 1) result = of(result, tree[--right]!);
    }
    return result;
  }

  /** The number of steps before `time`, with those of the first kind at `time`. */
  private countUntil(time: number): number {
    const { times } = this;
    let low = 0;
    let high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const isBefore =
        times[middle]! < time || (times[middle] === time && this.isFirstKind(this.deltas[middle]!));
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private isFirstKind(delta: number): boolean {
    return this.order === 'rises-first' ? delta > 0 : delta < 0;
  }

  private buildTree(): Float64Array {
    const count = this.times.length;
    const tree = new Float64Array(2 * count);
    let value = this.initial;
    for (let index = 0; index < count; index += 1) {
      value += this.deltas[index]!;
      tree[count + index] = value;
    }
    const of = this.order === 'rises-first' ? Math.max : Math.min;
    for (let node = count - 1; node > 0; node -= 1) tree[node] = of(tree[2 * node]!, tree[2 * node + 1]!);
    return tree;
  }
}

import { type FaultSettings } from './fault-settings.js';
import { type SeededRandom } from './random.js';

/** The fate of one order at the factory. */
export interface FaultDecisions {
  hang: boolean;
  failure: boolean;
  dropAfterAccept: boolean;
  duplicate: boolean;
  partial: boolean;
  /** The first part's share of a partial delivery: at least 0, below 1. */
  firstPartShare: number;
  late: boolean;
  outOfOrder: boolean;
  /** How long an out-of-order callback is held back: 1 to 2 lead times. */
  heldBackLeadTimes: number;
  /** Whether the callback of the first and of the second part sends its count as text. */
  countAsText: readonly [boolean, boolean];
}

/**
 * Draws everything there is to decide about one order, in a fixed order and always the same number of draws:
 * so turning one fault on leaves what the seed decides about the others as it was.
 */
export function decideFaults(random: SeededRandom, settings: FaultSettings): FaultDecisions {
  const happens = (percent: number) => random.next() * 100 < percent;
  // An object literal is evaluated from top to bottom: its lines are the fixed order of the draws.
  return {
    hang: happens(settings.hangPercent),
    failure: happens(settings.failurePercent),
    dropAfterAccept: happens(settings.dropAfterAcceptPercent),
    duplicate: happens(settings.duplicatePercent),
    partial: happens(settings.partialPercent),
    firstPartShare: random.next(),
    late: happens(settings.latePercent),
    outOfOrder: happens(settings.outOfOrderPercent),
    heldBackLeadTimes: 1 + random.next(),
    countAsText: [happens(50), happens(50)],
  };
}

import { beforeEach, describe, expect, it } from '@jest/globals';
import { ContentionDetector } from './contention-detector.js';

describe('the contention detector', () => {
  let detector: ContentionDetector;

  /** A batch that takes `quantity` of `onHand`. */
  const batch = (sku: string, onHand: number, quantity: number) =>
    detector.observe(sku, quantity, onHand - quantity);

  beforeEach(() => {
    detector = new ContentionDetector();
  });

  it('finds no contention while only its own batches move the stock', () => {
    expect(detector.isContended).toBe(false);
    batch('CP-1', 100, 5);
    batch('CP-1', 95, 10);
    expect(detector.isContended).toBe(false);
  });

  it('finds contention while stock is lower than it was left, and none once it is as it was left', () => {
    batch('CP-1', 100, 5);
    batch('CP-1', 90, 5);
    expect(detector.isContended).toBe(true);
    batch('CP-1', 80, 5);
    expect(detector.isContended).toBe(true);
    batch('CP-1', 75, 5);
    expect(detector.isContended).toBe(false);
  });

  it('compares two batches of one SKU only', () => {
    batch('CP-1', 100, 5);
    batch('CP-2', 50, 5);
    expect(detector.isContended).toBe(false);
    batch('CP-2', 40, 5);
    batch('CP-1', 95, 5);
    expect(detector.isContended).toBe(true);
  });

  it('starts again after a reset', () => {
    batch('CP-1', 100, 5);
    batch('CP-1', 90, 5);
    detector.reset();
    expect(detector.isContended).toBe(false);
    batch('CP-1', 70, 5);
    expect(detector.isContended).toBe(false);
  });
});

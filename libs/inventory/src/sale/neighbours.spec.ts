import { beforeEach, describe, expect, it } from '@jest/globals';
import { Neighbours } from './neighbours.js';

describe('neighbours', () => {
  let neighbours: Neighbours;

  /** A batch that takes `quantity` of `onHand`. */
  const batch = (sku: string, onHand: number, quantity: number) =>
    neighbours.note({ sku, quantity }, onHand - quantity);

  beforeEach(() => {
    neighbours = new Neighbours();
  });

  it('are not known of before stock has moved', () => {
    expect(neighbours.areSelling).toBe(false);
    batch('CP-1', 100, 5);
    batch('CP-1', 95, 10);
    expect(neighbours.areSelling).toBe(false);
  });

  it('sell while there is less than was left, and no longer once there is as much', () => {
    batch('CP-1', 100, 5);
    batch('CP-1', 90, 5);
    expect(neighbours.areSelling).toBe(true);
    batch('CP-1', 80, 5);
    expect(neighbours.areSelling).toBe(true);
    batch('CP-1', 75, 5);
    expect(neighbours.areSelling).toBe(false);
  });

  it('are judged by the same SKU only', () => {
    batch('CP-1', 100, 5);
    batch('CP-2', 50, 5);
    expect(neighbours.areSelling).toBe(false);
    batch('CP-2', 40, 5);
    batch('CP-1', 95, 5);
    expect(neighbours.areSelling).toBe(true);
  });

  it('are forgotten', () => {
    batch('CP-1', 100, 5);
    batch('CP-1', 90, 5);
    neighbours.forget();
    expect(neighbours.areSelling).toBe(false);
    batch('CP-1', 70, 5);
    expect(neighbours.areSelling).toBe(false);
  });
});

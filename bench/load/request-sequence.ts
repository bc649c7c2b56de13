import { randomInt } from 'node:crypto';
import { type Scenario } from '../scenarios.js';
import { KeySequence } from './key-sequence.js';

/** A replay repeats one of so many earlier requests: far more than are under way, so that most have their answer. */
const REMEMBERED = 16_384;

export interface SaleRequest {
  headers: { 'content-type': string; 'idempotency-key': string };
  body: string;
}

/** The requests of a scenario, one after the other. */
export class RequestSequence {
  freshKeys = 0;
  replays = 0;
  private readonly keys = new KeySequence();
  private readonly earlier: SaleRequest[] = [];
  private nextBody: number;
  private due = 0;

  constructor(private readonly scenario: Scenario) {
    this.nextBody = randomInt(scenario.bodies.length);
  }

  next(): SaleRequest {
    const { bodies, replayPercent } = this.scenario;
    this.due += replayPercent;
    if (this.due >= 100 && this.earlier.length > 0) {
      this.due -= 100;
      this.replays += 1;
      return this.earlier[randomInt(this.earlier.length)]!;
    }
    const request = {
      headers: { 'content-type': 'application/json', 'idempotency-key': this.keys.next() },
      body: bodies[this.nextBody]!,
    };
    this.nextBody = (this.nextBody + 1) % bodies.length;
    if (replayPercent > 0) this.earlier[this.freshKeys % REMEMBERED] = request;
    this.freshKeys += 1;
    return request;
  }
}

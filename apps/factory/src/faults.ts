import { Injectable, Logger } from '@nestjs/common';
import { decideFaults, type FaultDecisions } from './fault-decisions.js';
import { type FaultChange, type FaultSettings } from './fault-settings.js';
import { OrderJournal } from './order-journal.js';
import { SeededRandom } from './random.js';

/**
 * The faults in force and the random sequence that decides about them. Fields changed while running survive a
 * restart through the journal; the random sequence begins anew with each start of the process.
 */
@Injectable()
export class Faults {
  private readonly logger = new Logger(Faults.name);
  private settings: FaultSettings;
  private random: SeededRandom;

  /** @param initial in force where no earlier run has changed a field */
  constructor(
    initial: FaultSettings,
    private readonly journal: OrderJournal,
  ) {
    this.settings = { ...initial, ...journal.found.faultChange };
    this.random = new SeededRandom(this.settings.seed);
    const kept = Object.keys(journal.found.faultChange);
    if (kept.length > 0) {
      this.logger.log(`From the last run, not from the environment: ${kept.map(this.describe).join(', ')}`);
    }
  }

  get current(): Readonly<FaultSettings> {
    return this.settings;
  }

  /** Replaces the given fields. A given seed restarts the random sequence, even when it is the same seed. */
  change(change: FaultChange): Readonly<FaultSettings> {
    this.journal.recordFaultChange(change);
    this.settings = { ...this.settings, ...change };
    if (change.seed !== undefined) this.random = new SeededRandom(change.seed);
    this.logger.log(`Changed: ${Object.keys(change).map(this.describe).join(', ') || 'nothing'}`);
    return this.settings;
  }

  /** Decides about the next order, under the faults now in force. */
  decide(): FaultDecisions {
    return decideFaults(this.random, this.settings);
  }

  private readonly describe = (name: string) => `${name} = ${this.settings[name as keyof FaultSettings]}`;
}

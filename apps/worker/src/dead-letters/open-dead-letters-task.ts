import { DeadLetterService } from '#inventory';
import { Schedule } from '#runtime';
import { Injectable, Logger } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';

const INTERVAL_MS = 60_000;

/** Counts the dead letters that wait for a person, for an alarm. */
@Injectable()
export class OpenDeadLettersTask {
  private readonly logger = new Logger(OpenDeadLettersTask.name);
  private readonly open: Gauge;

  constructor(
    private readonly deadLetters: DeadLetterService,
    schedule: Schedule,
    registry: Registry,
  ) {
    this.open = new Gauge({
      name: 'donut_states_dead_letters_open',
      help: 'Dead letters that nobody has redriven or discarded, at the last count.',
      registers: [registry],
    });
    schedule.every(OpenDeadLettersTask.name, INTERVAL_MS, () => this.count());
  }

  private async count(): Promise<void> {
    const open = await this.deadLetters.countOpen();
    this.open.set(open);
    // Also when there is none: no log line means that nothing counts.
    this.logger.log('counted', { open });
  }
}

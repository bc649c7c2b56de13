import { WaitlistUpkeepService } from '#inventory';
import { Schedule } from '#runtime';
import { Injectable, Logger } from '@nestjs/common';
import { Counter, Gauge, Registry } from 'prom-client';

const INTERVAL_MS = 5_000;

/** Ends waits that are over, and fills what a process of another version, or a race, left undone. */
@Injectable()
export class WaitlistTask {
  private readonly logger = new Logger(WaitlistTask.name);
  private readonly lines: Gauge;
  private readonly units: Gauge;
  private readonly expired: Counter;

  constructor(
    private readonly upkeep: WaitlistUpkeepService,
    schedule: Schedule,
    registry: Registry,
  ) {
    const registers = [registry];
    this.lines = new Gauge({
      name: 'donut_states_waitlist_lines',
      help: 'Lines of sales that wait for goods and miss units.',
      registers,
    });
    this.units = new Gauge({
      name: 'donut_states_waitlist_units',
      help: 'Units that sales which wait for goods still miss.',
      registers,
    });
    this.expired = new Counter({
      name: 'donut_states_waitlist_expired_total',
      help: 'Sales that waited for goods until they expired.',
      registers,
    });
    schedule.every(WaitlistTask.name, INTERVAL_MS, () => this.run());
  }

  private async run(): Promise<void> {
    const { expired, served, filled, waiting } = await this.upkeep.run();
    this.lines.set(waiting.lines);
    this.units.set(waiting.units);
    this.expired.inc(expired);
    if (expired > 0) this.logger.log('sales expired that waited for goods', { sales: expired });
    if (served + filled > 0) this.logger.log('the waitlist was served late', { skus: served, sales: filled });
  }
}

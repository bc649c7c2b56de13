import { DeadLetterJobRunner, DeadLetterMailService } from '#inventory';
import { Schedule } from '#runtime';
import { Injectable } from '@nestjs/common';

const JOB_INTERVAL_MS = 500;

const MUTE_INTERVAL_MS = 30_000;

/** Goes on with the jobs that redrive or discard dead letters, and ends mutes whose time is over. */
@Injectable()
export class DeadLetterJobsTask {
  constructor(runner: DeadLetterJobRunner, mails: DeadLetterMailService, schedule: Schedule) {
    schedule.every(DeadLetterJobsTask.name, JOB_INTERVAL_MS, () => runner.step());
    schedule.every('DeadLetterMutes', MUTE_INTERVAL_MS, () => mails.endMutes());
  }
}

import 'reflect-metadata';
import { DatabaseModule, ReconcileModule } from '#inventory';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { STEPS } from './steps.js';

/** What a process tells of its step. */
export interface Measured {
  seconds: number;
  /** The most memory that the process had, in MiB. */
  peakMib: number;
  found: number;
}

@Module({})
class MeasuredModule {}

const [step, url] = process.argv.slice(2);
const application = await NestFactory.createApplicationContext(
  {
    module: MeasuredModule,
    imports: [DatabaseModule.forRoot({ url: url!, poolSize: 2 }), ReconcileModule],
  },
  { logger: ['fatal', 'error'], abortOnError: false },
);
const began = performance.now();
const found = await STEPS[Number(step)]!.run(application);
const seconds = (performance.now() - began) / 1_000;
const peakMib = process.resourceUsage().maxRSS / 1_024;
await application.close();
process.send!({ seconds, peakMib, found } satisfies Measured);

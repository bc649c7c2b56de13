import { Body, Controller, Get, Put } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { FaultChange, type FaultSettings } from './fault-settings.js';
import { Faults } from './faults.js';

@Controller('faults')
export class FaultsController {
  constructor(private readonly faults: Faults) {}

  @Get()
  show(): Readonly<FaultSettings> {
    return this.faults.current;
  }

  /** Answers with all settings as they are now. Orders already accepted keep the plan they were accepted with. */
  @Put()
  @RouteSchema({ body: FaultChange })
  change(@Body() change: FaultChange): Readonly<FaultSettings> {
    return this.faults.change(change);
  }
}

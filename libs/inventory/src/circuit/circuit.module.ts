import { Module } from '@nestjs/common';
import { CircuitService } from './circuit.service.js';

/** Circuit breakers and rates of the calls to other systems. */
@Module({ providers: [CircuitService], exports: [CircuitService] })
export class CircuitModule {}

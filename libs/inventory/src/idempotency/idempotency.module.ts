import { Module } from '@nestjs/common';
import { IdempotencyService } from './idempotency.service.js';

/** Stored answers to the repeated writes of operators. */
@Module({
  providers: [IdempotencyService],
  exports: [IdempotencyService],
})
export class IdempotencyModule {}

import { Module } from '@nestjs/common';
import { RetentionService } from './retention.service.js';

/** Rows that are deleted when they are old. */
@Module({
  providers: [RetentionService],
  exports: [RetentionService],
})
export class RetentionModule {}

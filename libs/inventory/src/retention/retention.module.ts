import { Module } from '@nestjs/common';
import { PrivacyModule } from '../privacy/privacy.module.js';
import { RetentionService } from './retention.service.js';

/** Rows that are deleted, and addresses that are erased, when they are old. */
@Module({
  imports: [PrivacyModule],
  providers: [RetentionService],
  exports: [RetentionService],
})
export class RetentionModule {}

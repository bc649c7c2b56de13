import { Module } from '@nestjs/common';
import { CustomerDataExpiryService } from './customer-data-expiry.service.js';
import { ErasureService } from './erasure.service.js';

/** The personal data of buyers. */
@Module({
  providers: [ErasureService, CustomerDataExpiryService],
  exports: [ErasureService, CustomerDataExpiryService],
})
export class PrivacyModule {}

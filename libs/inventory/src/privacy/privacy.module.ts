import { Module } from '@nestjs/common';
import { ErasureService } from './erasure.service.js';

/** The personal data of buyers. */
@Module({ providers: [ErasureService], exports: [ErasureService] })
export class PrivacyModule {}

import { Module } from '@nestjs/common';
import { AuditService } from './audit.service.js';

/** What operators did. */
@Module({ providers: [AuditService], exports: [AuditService] })
export class AuditModule {}

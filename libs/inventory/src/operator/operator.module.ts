import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ApiKeyService } from './api-key.service.js';

/** Who operates the system. */
@Module({ imports: [AuditModule], providers: [ApiKeyService], exports: [ApiKeyService] })
export class OperatorModule {}

import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { OperationsKey } from './operations-key.js';

/** For the schema of a route that {@link ApiKeyGuard} guards. */
export const OPERATIONS_ROUTE = { tags: ['operations'], security: [{ operations: [] }] };

/** Lets in who sends the operations key. Nest makes several of it: what is remembered is in {@link OperationsKey}. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(private readonly operationsKey: OperationsKey) {}

  canActivate(context: ExecutionContext): boolean {
    this.operationsKey.admit(context.switchToHttp().getRequest<FastifyRequest>());
    return true;
  }
}

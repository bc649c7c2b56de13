import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { ApiError } from '../problem/problem.js';

/** For the schema of a route that {@link ApiKeyGuard} guards. The key is checked where the schema names `operations`. */
export const OPERATIONS_ROUTE = { tags: ['operations'], security: [{ operations: [] }] };

/**
 * Admits requests whose operations key was verified before the body was read. On a route whose schema lacks the key it admits
 * none.
 */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.switchToHttp().getRequest<FastifyRequest>().isOperator) return true;
    throw new ApiError('AUTH.KEY_REQUIRED');
  }
}

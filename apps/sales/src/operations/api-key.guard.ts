import { type Role } from '#inventory';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { ApiError } from '../problem/problem.js';

/** For the schema of a route that {@link ApiKeyGuard} guards. The key is checked where the schema names `operations`. */
export function operationsRoute(role: Role) {
  return { tags: ['operations'], security: [{ operations: [role] }] };
}

/**
 * Admits requests whose API key was verified before the body was read. On a route whose schema lacks the key it admits
 * none.
 */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.switchToHttp().getRequest<FastifyRequest>().operator) return true;
    throw new ApiError('AUTH.KEY_REQUIRED');
  }
}

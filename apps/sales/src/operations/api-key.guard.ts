import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { createHash, timingSafeEqual } from 'node:crypto';
import { SALES_ENVIRONMENT, type SalesEnvironment } from '../environment.js';
import { ApiError } from '../problem/problem.js';

/** For the schema of a route that {@link ApiKeyGuard} guards. */
export const OPERATIONS_ROUTE = { tags: ['operations'], security: [{ operations: [] }] };

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Lets in who sends the operations key in `X-Api-Key`. Takes the same time for every wrong key. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  private readonly expected: Buffer;

  constructor(@Inject(SALES_ENVIRONMENT) environment: SalesEnvironment) {
    this.expected = digest(environment.OPERATIONS_API_KEY);
  }

  canActivate(context: ExecutionContext): boolean {
    this.admit(context.switchToHttp().getRequest<FastifyRequest>().headers['x-api-key']);
    return true;
  }

  /** @throws ApiError `AUTH.KEY_REQUIRED` unless `given` is the key */
  admit(given: string | string[] | undefined): void {
    if (typeof given === 'string' && timingSafeEqual(digest(given), this.expected)) return;
    throw new ApiError('AUTH.KEY_REQUIRED');
  }
}

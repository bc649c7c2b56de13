import { type FastifyReply } from 'fastify';

/**
 * Tells whether the client of a request has left, until the request is decided.
 *
 * A work-around for V8: a decided sale may stay in the old generation until a full collection, and would keep everything
 * that it points to. After {@link release} it no longer points to the request and its response, 3 KB each.
 */
export class ReleasableConnection {
  constructor(private response: FastifyReply['raw'] | undefined) {}

  /** False after {@link release}. */
  get isClosed(): boolean {
    return this.response?.destroyed ?? false;
  }

  release(): void {
    this.response = undefined;
  }
}

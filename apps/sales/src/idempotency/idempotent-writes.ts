import { type AuditedAction, AuditService, IdempotencyService, type RequestKey } from '#inventory';
import { Injectable } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { hash } from 'node:crypto';

type Work = Parameters<IdempotencyService['once']>[1];
/** The transaction of a write, for the services that take part in it. */
export type Transaction = Parameters<Work>[0];

/** The answer of a write. The schema of the route for this status serializes `body`. */
export interface WriteAnswer {
  status: number;
  headers?: Record<string, string>;
  /** None for 204. */
  body?: unknown;
  /** What the audit says of it, beside who did it; null where the work itself has told the audit. */
  audited: Omit<AuditedAction, 'actor'> | null;
}

/**
 * Answers the writes of operators: each is one transaction with its answer and its entry in the audit, and is done once for
 * an idempotency key.
 */
@Injectable()
export class IdempotentWrites {
  constructor(
    private readonly idempotency: IdempotencyService,
    private readonly audit: AuditService,
  ) {}

  /**
   * @param work see {@link IdempotencyService.once}
   * @throws InventoryError `REQUEST.KEY_REUSED`, and whatever `work` throws
   */
  async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    work: (transaction: Transaction) => Promise<WriteAnswer>,
  ): Promise<void> {
    const { status, headers, body, isReplayed } = await this.idempotency.once(
      keyOf(request),
      async (transaction) => {
        const answer = await work(transaction);
        const { audited } = answer;
        if (audited) await this.audit.record(transaction, { ...audited, actor: operatorOf(request) });
        // As text, so that a repeat gets the same bytes after an update that answers in another way.
        const serialize = reply.getSerializationFunction(String(answer.status)) ?? JSON.stringify;
        return {
          status: answer.status,
          headers: answer.headers ?? {},
          body: answer.body === undefined ? '' : serialize(answer.body),
        };
      },
    );
    if (isReplayed) void reply.header('Idempotent-Replayed', 'true');
    void reply.code(status).headers(headers).type('application/json; charset=utf-8').send(body);
  }
}

/** Whose write it is. Every route of operators has one. */
export function operatorOf({ operator }: FastifyRequest): string {
  return operator!.name;
}

function keyOf(request: FastifyRequest): RequestKey | undefined {
  const { 'idempotency-key': key, 'x-client-id': clientId } = request.headers as Record<string, string>;
  if (key === undefined) return undefined;
  const { method, routeOptions, params, body } = request;
  return {
    key,
    clientId,
    fingerprint: hash('sha256', canonicalText([method, routeOptions.url, params, body])),
  };
}

/** Equal for values that are equal as JSON, in which the order of members says nothing. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

import { type Factory, type RestockOrder } from '#inventory';
import { Inject, Injectable } from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../../environment.js';
import { type FactoryAdapter } from './factory-adapter.js';
import { FactoryHttp, refusal } from './factory-http.js';
import { manufactureRequest } from './manufacture-request.js';

/** The legacy API. It has no authentication, no idempotency, and no way to ask what became of an order. */
@Injectable()
export class LegacyHttpAdapter implements FactoryAdapter {
  readonly name = 'legacy-http';

  constructor(
    private readonly http: FactoryHttp,
    @Inject(WORKER_ENVIRONMENT) private readonly environment: WorkerEnvironment,
  ) {}

  async order(order: RestockOrder, factory: Factory, claimedAt: Date): Promise<void> {
    const response = await this.http.send({
      method: 'POST',
      url: `${factory.apiUrl.replace(/\/$/, '')}/api/manufactures`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(manufactureRequest(order, claimedAt, this.environment)),
    });
    if (!this.isAccepted(response)) throw refusal(response);
  }

  /** The contract has 201. A page for people with status 200, as of a proxy or of maintenance, is no accepted order. */
  private isAccepted({ status, headers }: Response): boolean {
    if (status === 201) return true;
    const isPage = headers.get('content-type')?.includes('html') ?? false;
    return status === 200 && this.environment.FACTORY_ACCEPTS_200 === 'true' && !isPage;
  }
}

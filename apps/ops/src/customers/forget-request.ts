import { type Client } from '#client/client';

/** The answer of `POST /customers/forget`. */
export interface Erasure {
  customer: string;
  dryRun: boolean;
  /** Rows that had the address, by table. */
  erased: Record<string, number>;
}

interface Write {
  client: Client;
  signal: AbortSignal;
  headers: Record<string, string>;
}

/** As a function of the typed client. */
export function forgetCustomer(
  request: Write,
  body: { email: string; note: string | undefined; dryRun: boolean },
) {
  return request.client.post<{ 200: Erasure }>({
    ...request,
    security: [{ name: 'X-Api-Key', type: 'apiKey' }],
    url: '/customers/forget',
    body,
    headers: { 'Content-Type': 'application/json', ...request.headers },
  });
}

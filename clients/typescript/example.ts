import { createClient } from './src/client/index.js';
import { placeSale } from './src/index.js';

export async function buyTwoDonuts(baseUrl: string): Promise<string> {
  const client = createClient({ baseUrl });
  const headers = { 'idempotency-key': crypto.randomUUID() };
  const body = { lines: [{ sku: 'CP-502101', quantity: 2 }] };

  const { data, error } = await placeSale({ client, headers, body });
  if (data) return `sold for ${data.totalKrw} KRW: ${data.id}`;
  if (error?.code !== 'STOCK.INSUFFICIENT') return `refused: ${error?.title}`;
  const [shortage] = error.shortages ?? [];
  return `sold out; more comes at ${shortage?.restockOrder.estimatedAt ?? 'a time that nobody knows'}`;
}

import { createClient } from './src/client/index.js';
import { placeSale } from './src/index.js';

export async function buyTwoDonuts(baseUrl: string): Promise<string> {
  const client = createClient({ baseUrl });
  const headers = { 'idempotency-key': crypto.randomUUID() };
  const body = { lines: [{ sku: 'CP-502101', quantity: 2 }] };

  const { data, error } = await placeSale({ client, headers, body });
  if (data) return `sold for ${data.totalKrw} KRW: ${data.id}`;
  // Without a code there was no answer: it may have been sold, and the same key is safe.
  if (!error?.code) return 'no answer: send it again with the same key';
  if (error.code !== 'STOCK.INSUFFICIENT') return `refused: ${error.title}`;
  const [shortage] = error.shortages ?? [];
  return `sold out; more comes at ${shortage?.restockOrder?.estimatedAt ?? 'a time that nobody knows'}`;
}

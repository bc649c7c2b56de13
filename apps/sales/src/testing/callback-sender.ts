import { callbackUrl, type RestockOrder } from '#inventory';
import { randomUUID } from 'node:crypto';
import { CALLBACK_SIGNING_KEY, type SalesUnderTest } from './sales-under-test.js';

/** The members of an answer about which address a callback may come from. */
export const ACCEPTED = { statusCode: 202, code: undefined };
export const ADDRESS_REFUSED = { statusCode: 403, code: 'CALLBACK.ADDRESS_REFUSED' };

/** Calls the signed URL of an order for ten units, from `remoteAddress`. Each call tells of another delivery. */
export async function deliverFrom(
  sales: SalesUnderTest,
  { id, sku, factoryId }: Pick<RestockOrder, 'id' | 'sku' | 'factoryId'>,
  remoteAddress: string,
  { headers = {}, payload }: { headers?: Record<string, string>; payload?: string } = {},
) {
  const order = { restockOrderId: id, sku, factoryId, quantity: 10, expiresAtSeconds: 2_000_000_000 };
  const { pathname, search } = new URL(callbackUrl('http://sales', CALLBACK_SIGNING_KEY, order));
  const body = {
    ...{ MessageAttributeProductId: sku, MessageAttributeProductCnt: 10 },
    ...{ MessageAttributeFactoryId: factoryId, MessageText: randomUUID() },
  };
  const answer = await sales.application.inject({
    method: 'POST',
    url: pathname + search,
    remoteAddress,
    headers: { 'content-type': 'application/json', ...headers },
    payload: payload ?? JSON.stringify(body),
  });
  return { statusCode: answer.statusCode, code: answer.json<{ code?: string }>().code, answer };
}

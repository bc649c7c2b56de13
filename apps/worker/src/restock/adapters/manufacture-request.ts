import { callbackUrl, type RestockOrder } from '#inventory';
import { type WorkerEnvironment } from '../../environment.js';

/** What is ordered, in the words of the factory's contract. The factory authenticates nobody, so that the callback URL is signed. */
export function manufactureRequest(
  { id, sku, factoryId, quantity, receivedQuantity }: RestockOrder,
  claimedAt: Date,
  environment: WorkerEnvironment,
) {
  const { CALLBACK_BASE_URL, CALLBACK_SIGNING_KEY, CALLBACK_VALID_SECONDS } = environment;
  const missing = quantity - receivedQuantity;
  return {
    MessageGroupId: 'stock-arrival-group',
    MessageAttributeProductId: sku,
    MessageAttributeProductCnt: missing,
    MessageAttributeFactoryId: factoryId,
    MessageAttributeRequester: environment.FACTORY_REQUESTER,
    MessageAttributeTel: environment.FACTORY_REQUESTER_TEL,
    CallbackUrl: callbackUrl(CALLBACK_BASE_URL, CALLBACK_SIGNING_KEY, {
      restockOrderId: id,
      sku,
      factoryId,
      quantity: missing,
      expiresAtSeconds: Math.floor(claimedAt.getTime() / 1000) + CALLBACK_VALID_SECONDS,
    }),
  };
}

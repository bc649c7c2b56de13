import { type WebhookDelivery, type WebhookEndpoint } from '#inventory';
import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/** The headers of a delivery by the Standard Webhooks specification, 1.0.0: https://www.standardwebhooks.com */
export function webhookHeaders(
  { eventId, body }: Pick<WebhookDelivery, 'eventId' | 'body'>,
  { secret, previousSecret, previousSecretUntil }: WebhookEndpoint,
  now: Date,
): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  const secrets = [secret, ...(previousSecret && previousSecretUntil! > now ? [previousSecret] : [])];
  const signatures = secrets.map((one) => {
    const key = Buffer.from(one.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${eventId}.${timestamp}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': eventId,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

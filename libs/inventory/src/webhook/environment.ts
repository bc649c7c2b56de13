import Type from 'typebox';

/** Read by the process that takes the addresses of webhooks, and by the one that calls them. */
export const WebhookEnvironment = Type.Object({
  WEBHOOK_PRIVATE_ADDRESSES: Type.Enum(['allow', 'refuse'], {
    default: 'refuse',
    description: 'whether a webhook may be at a private address, or without TLS: allow or refuse',
  }),
});

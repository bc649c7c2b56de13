import { BoundedLog } from '#runtime';
import { Logger } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { lowerCaseUuid } from '../http/identifier-case.js';
import { sendProblem } from '../problem/problem.js';
import { CallbackAddresses } from './callback-addresses.js';
import { CallbackCounter } from './callback-counter.js';

/** The config of the route of callbacks. */
export const CHECKED_BY_ADDRESS = { isCheckedByAddress: true };

/**
 * Refuses callbacks of addresses that are not in the list of their factory, before the body is read. Nothing of them is
 * recorded. To be called before any route is registered.
 */
export function useCallbackAddresses(application: NestFastifyApplication): void {
  const addresses = application.get(CallbackAddresses, { strict: false });
  const counter = application.get(CallbackCounter, { strict: false });
  const log = new BoundedLog(new Logger(CallbackAddresses.name), {
    linesPerSecond: 5,
    overflowMessage: 'more callbacks of refused addresses came in this second',
    overflowFact: 'callbacks',
  });
  const refuse = async (request: FastifyRequest, reply: FastifyReply) => {
    const restockOrderId = lowerCaseUuid((request.params as { restockOrderId: string }).restockOrderId);
    // A socket that is gone has no address.
    const address = (request.ip as string | undefined) ?? '';
    const factoryId = await addresses.refusingFactory(restockOrderId, address);
    if (factoryId === undefined) return undefined;
    counter.count('NOT_VERIFIED', 'address_refused');
    // Not the address, which is personal.
    log.warn('a callback came from an address that its factory does not have', () => ({
      factoryId,
      restockOrderId,
    }));
    sendProblem(reply, { code: 'CALLBACK.ADDRESS_REFUSED' });
    return reply;
  };
  application
    .getHttpAdapter()
    .getInstance()
    .addHook('onRoute', (route) => {
      const { isCheckedByAddress } = (route.config ?? {}) as Partial<typeof CHECKED_BY_ADDRESS>;
      if (isCheckedByAddress) route.onRequest = [refuse, ...[route.onRequest ?? []].flat()];
    });
}

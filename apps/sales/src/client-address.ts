import { normalizeIP } from '@fastify/rate-limit';
import { type FastifyRequest } from 'fastify';
import { isIP } from 'node:net';

const BRACKETED = /^\[([^\]]*)\](?::\d{1,5})?$/;
const IPV4_WITH_PORT = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/;

/**
 * Who counts as one client, for every limit: an address; in IPv6 the 64 bits that one household or host gets.
 * Text that is no address, which only a trusted proxy can send, is one client: its length would not be bounded.
 * So are those who hung up before they were asked: a socket that is gone has no address.
 */
export function clientOf({ ip }: { ip: FastifyRequest['ip'] | undefined }): string {
  const address = bareAddress(ip ?? '');
  return isIP(address) === 0 ? 'no address' : normalizeIP(address);
}

/**
 * An address without its port and zone: some proxies write `192.0.2.1:5678` and `[2001:db8::1]:5678` into
 * `X-Forwarded-For`, and each connection of a client has another port.
 */
export function bareAddress(text: string): string {
  const address = BRACKETED.exec(text)?.[1] ?? IPV4_WITH_PORT.exec(text)?.[1] ?? text;
  const zone = address.indexOf('%');
  return zone === -1 ? address : address.slice(0, zone);
}

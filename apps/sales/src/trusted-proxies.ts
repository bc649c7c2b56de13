import { isIP } from 'node:net';

/** Names that Fastify knows for the networks of this host and of private addresses. */
const NAMED_NETWORKS = ['loopback', 'linklocal', 'uniquelocal'];

/** Whether Fastify can take each part of a comma-separated list as a proxy, or as a network of proxies. */
export function areNetworks(list: string): boolean {
  return list.split(',').every((part) => isNetwork(part.trim()));
}

function isNetwork(text: string): boolean {
  if (NAMED_NETWORKS.includes(text)) return true;
  const [, address, prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address ?? '');
  const bits = version === 4 ? 32 : 128;
  // A prefix of 0 would trust everybody: then any client could say that it is another.
  return version !== 0 && (prefix === undefined || (Number(prefix) > 0 && Number(prefix) <= bits));
}

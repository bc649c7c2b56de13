import { BlockList } from 'node:net';
import { addressMatcher, blockListOf, type Network, parseNetwork } from './address-networks.js';

/**
 * The widest public networks that may be trusted: who is in one can say that it is any client. Operators of proxies
 * publish none that are wider (Akamai's 104.64.0.0/10, Cloudflare's 2a06:98c0::/29).
 */
const MIN_PUBLIC_PREFIX = { ipv4: 10, ipv6: 28 };

/** Networks that no client on the internet is in. Each may be trusted as a whole. */
const PRIVATE_NETWORKS = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '::1/128',
  'fe80::/10',
  'fc00::/7',
].map((text) => ({ ...parseNetwork(text)!, hosts: blockListOf([text]) }));

const NAMED_NETWORKS: Record<string, string[]> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** IPv4 addresses as IPv6 writes them: a network of these is as wide as its IPv4 part. */
const MAPPED = { address: '::ffff:0:0', prefix: 96 };

/**
 * What is wrong with a comma-separated list of proxies, or undefined when each part is an address, a name, or a network
 * that is narrow enough.
 */
export function trustedProxiesFault(list: string): string | undefined {
  for (const part of partsOf(list)) {
    if (part in NAMED_NETWORKS) continue;
    const network = parseNetwork(part);
    if (!network) return 'is no list of addresses and networks';
    if (isTooWide(network)) {
      const { ipv4, ipv6 } = MIN_PUBLIC_PREFIX;
      return `trusts a network that is too wide: a public one has a prefix of at least /${ipv4} (IPv4) or /${ipv6} (IPv6)`;
    }
  }
  return undefined;
}

/** For Fastify's `trustProxy`: whether an address of `X-Forwarded-For`, or of the connection, is in `list`. */
export function trustedProxies(list: string): (address: string) => boolean {
  return addressMatcher(partsOf(list).flatMap((part) => NAMED_NETWORKS[part] ?? [part]));
}

function partsOf(list: string): string[] {
  return list.split(',').map((part) => part.trim());
}

function isTooWide(network: Network): boolean {
  const { address, family, prefix } = network;
  if (prefix === 0) return true;
  const isMapped = family === 'ipv6' && prefix >= MAPPED.prefix && isWithin(address, MAPPED);
  // Wider than the mapped addresses, and around them: all of IPv4.
  if (family === 'ipv6' && !isMapped && isWithin(MAPPED.address, network)) return true;
  const ipv4Prefix = isMapped ? prefix - MAPPED.prefix : prefix;
  const isPrivate = PRIVATE_NETWORKS.some(
    (range) =>
      range.hosts.check(address, family) &&
      (isMapped || range.family === family) &&
      ipv4Prefix >= range.prefix,
  );
  const isIpv4 = family === 'ipv4' || isMapped;
  return !isPrivate && ipv4Prefix < MIN_PUBLIC_PREFIX[isIpv4 ? 'ipv4' : 'ipv6'];
}

/** Whether an IPv6 address is within an IPv6 network. */
function isWithin(address: string, network: { address: string; prefix: number }): boolean {
  const list = new BlockList();
  list.addSubnet(network.address, network.prefix, 'ipv6');
  return list.check(address, 'ipv6');
}

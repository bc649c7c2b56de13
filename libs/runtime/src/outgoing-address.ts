import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

type Range = [address: string, prefix: number];

/** Nobody to call: metadata services of clouds, several hosts at once, and what a host says to itself before it has an address. */
const REFUSED: Range[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
  ['192.0.0.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['fe80::', 10],
  ['ff00::', 8],
  ['fd00:ec2::', 32],
];

/** Addresses of this host and of private networks. */
const PRIVATE: Range[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['::1', 128],
  ['fc00::', 7],
  ['fec0::', 10],
  // They lead to an IPv4 address, whichever that is.
  ['64:ff9b::', 96],
  ['2002::', 16],
];

const refused = blockList(REFUSED);
const privateAddresses = blockList(PRIVATE);

function blockList(ranges: readonly Range[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of ranges) list.addSubnet(address, prefix, familyOf(address));
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** Whether another system may be called at an IP address. An IPv4 address that is written as IPv6 counts as what it is. */
export function isAllowedAddress(address: string, allowsPrivate: boolean): boolean {
  const family = familyOf(address);
  if (refused.check(address, family)) return false;
  return allowsPrivate || !privateAddresses.check(address, family);
}

/**
 * The addresses of another system's host that must not be called. Only an administrator sets the host; this catches a mistake, or a
 * name that leads elsewhere by now.
 *
 * @returns empty when all are allowed
 * @throws the error of the lookup
 */
export async function refusedAddresses(url: URL, allowsPrivate: boolean): Promise<string[]> {
  // An IPv6 address is in brackets.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) ? [host] : (await lookup(host, { all: true })).map(({ address }) => address);
  return addresses.filter((address) => !isAllowedAddress(address, allowsPrivate));
}

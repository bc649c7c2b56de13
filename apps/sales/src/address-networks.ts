import { BlockList, isIP } from 'node:net';
import { bareAddress } from './client-address.js';

export interface Network {
  address: string;
  family: 'ipv4' | 'ipv6';
  prefix: number;
}

/** An address, or a network as `10.0.0.0/8`. Undefined for any other text. */
export function parseNetwork(text: string): Network | undefined {
  const [, address, digits] = /^([0-9A-Fa-f:.]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address ?? '');
  if (version === 0) return undefined;
  const bits = version === 4 ? 32 : 128;
  const prefix = digits === undefined ? bits : Number(digits);
  return prefix > bits ? undefined : { address: address!, family: version === 4 ? 'ipv4' : 'ipv6', prefix };
}

/** Whether a text is an address or a network, and not all addresses that there are: Node has no list of these. */
export function isNetwork(text: string): boolean {
  const network = parseNetwork(text);
  return network !== undefined && network.prefix > 0;
}

/** @param networks for each of which {@link isNetwork} is true */
export function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const { address, prefix, family } of networks.map((text) => parseNetwork(text)!)) {
    list.addSubnet(address, prefix, family);
  }
  return list;
}

/** Whether an address, in any notation of `X-Forwarded-For`, is in one of `networks`. */
export function addressMatcher(networks: readonly string[]): (text: string) => boolean {
  const list = blockListOf(networks);
  return (text) => {
    const address = bareAddress(text);
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
  };
}

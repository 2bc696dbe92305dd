import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const FORBIDDEN = new BlockList();
// Link-local addresses: the instance metadata of every large cloud lives at 169.254.169.254 and fd00:ec2::254.
FORBIDDEN.addSubnet('169.254.0.0', 16, 'ipv4');
FORBIDDEN.addSubnet('fe80::', 10, 'ipv6');
FORBIDDEN.addAddress('fd00:ec2::254', 'ipv6');
// Alibaba Cloud's metadata service. The rest of 100.64.0.0/10 has to stay open: internal OSS endpoints live there.
FORBIDDEN.addAddress('100.100.100.200', 'ipv4');
// "This host": connects to loopback on Linux.
FORBIDDEN.addSubnet('0.0.0.0', 8, 'ipv4');
FORBIDDEN.addAddress('::', 'ipv6');

/** True for an address that no object store can have, because it serves a machine's own metadata. */
export function isForbiddenAddress(address: string): boolean {
  return isIn(FORBIDDEN, address);
}

/** True for `localhost`, every name below it (RFC 6761), 127.0.0.0/8 and ::1 (without brackets). */
export function isLoopback(host: string): boolean {
  return isLocalName(host) || isIn(LOOPBACK, host);
}

/** True for `localhost` and every name below it: they mean this machine without asking any resolver (RFC 6761). */
export function isLocalName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

function isIn(list: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

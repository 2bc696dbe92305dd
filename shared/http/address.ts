import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Networks of IPv4 that no object store can be in, with the length of their prefix. */
const FORBIDDEN_V4: readonly (readonly [network: string, prefix: number])[] = [
  // Link-local: the instance metadata of every large cloud, and the credentials of containers (169.254.170.2).
  ['169.254.0.0', 16],
  // Alibaba Cloud's metadata service. The rest of 100.64.0.0/10 has to stay open: internal OSS endpoints live there.
  ['100.100.100.200', 32],
  // Azure's, and Oracle's.
  ['168.63.129.16', 32],
  ['192.0.0.192', 32],
];

const FORBIDDEN = new BlockList();
for (const [network, prefix] of FORBIDDEN_V4) {
  FORBIDDEN.addSubnet(network, prefix, 'ipv4');
  // The same written as IPv6: through NAT64, through 6to4, and in the oldest way. ::ffff: is known to the list itself.
  const groups = groupsOf(network);
  FORBIDDEN.addSubnet(`64:ff9b::${groups}`, 96 + prefix, 'ipv6');
  FORBIDDEN.addSubnet(`2002:${groups}::`, 16 + prefix, 'ipv6');
  FORBIDDEN.addSubnet(`::${groups}`, 96 + prefix, 'ipv6');
}
FORBIDDEN.addSubnet('fe80::', 10, 'ipv6');
// What AWS keeps beside its machines: metadata, credentials, time, names. Google's metadata.
FORBIDDEN.addSubnet('fd00:ec2::', 32, 'ipv6');
FORBIDDEN.addAddress('fd20:ce::254', 'ipv6');
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

function isIn(list: BlockList, text: string): boolean {
  // A link-local address may name its interface: fe80::1%eth0.
  const [address = ''] = text.split('%');
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

/** `a9fe:0` for 169.254.0.0: four bytes as the last two groups of an IPv6 address. */
function groupsOf(address: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return [a * 256 + b, c * 256 + d].map((group) => group.toString(16)).join(':');
}

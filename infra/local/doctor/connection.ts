/** The system's or the TLS library's code of a failed connection, from however deep it is wrapped. */
function connectionCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const deeper = 'cause' in error ? connectionCode(error.cause) : undefined;
  if (deeper !== undefined) return deeper;
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Says why nothing answers, and what to change. @param where the address, as a person wrote it. */
export function connectionSentence(where: string, error: unknown): string {
  const code = connectionCode(error) ?? 'no code';
  const [, advice] = ADVICE.find(([pattern]) => pattern.test(code)) ?? [
    undefined,
    'check the address and the network.',
  ];
  return `${where} does not answer (${code}): ${advice}`;
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/ENOTFOUND|EAI_AGAIN/, 'the name does not resolve, correct it or this machine’s DNS.'],
  [/ECONNREFUSED/, 'nothing listens there, correct host and port.'],
  [/ETIMEDOUT|CONNECT_TIMEOUT|EHOSTUNREACH|ENETUNREACH|TimeoutError/, 'no way leads there, check firewall and routes.'],
  [/ALTNAME/, 'its certificate is for another name, correct the host.'],
  [/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/, 'its certificate is not valid now, check this machine’s clock first.'],
  [/SELF_SIGNED|UNABLE_TO_|CERT/, 'its certificate is not trusted here, set NODE_EXTRA_CA_CERTS to its authority.'],
  [/ERR_SSL|EPROTO/, 'it does not speak TLS there, correct scheme and port.'],
  [/EADDRFORBIDDEN/, 'the name leads to a metadata address, correct it.'],
  [/HPE_|SOCKET|ECONNRESET/, 'it does not speak HTTP there, or closes at once: correct scheme and port.'],
];

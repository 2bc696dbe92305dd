import { CopyError } from '@objectferry/shared/errors.ts';
import { expect, it } from 'vitest';
import { connectionSentence } from '#infra/local/doctor/connection.ts';

const WHERE = 'https://oss.example.com';

it.each([
  ['ENOTFOUND', 'the name does not resolve'],
  ['ECONNREFUSED', 'nothing listens there'],
  ['UND_ERR_CONNECT_TIMEOUT', 'no way leads there'],
  ['EHOSTUNREACH', 'no way leads there'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name'],
  ['CERT_HAS_EXPIRED', 'its certificate is not valid now'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is not trusted here'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate is not trusted here'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'it does not speak TLS there'],
  ['EADDRFORBIDDEN', 'the name leads to a metadata address'],
  ['UND_ERR_SOCKET', 'it does not speak HTTP there, or closes at once'],
  ['EWHATEVER', 'check the address and the network'],
])('%s means that %s', (code, meaning) => {
  const system = Object.assign(new Error('the system says'), { code });
  const thrown = new CopyError('ConnectionLost', 'It broke.', { cause: new Error('wrapped', { cause: system }) });
  expect(connectionSentence(WHERE, thrown)).toBe(connectionSentence(WHERE, system));
  expect(connectionSentence(WHERE, thrown)).toContain(`${WHERE} does not answer (${code}): ${meaning}`);
});

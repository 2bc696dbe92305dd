import type { Credentials } from '../../credentials.ts';
import type { Headers } from '../xml/request.ts';
import type { AddressedRequest } from '../xml/send.ts';
import { signSigV4 } from '../xml/sigv4.ts';
import type { ObsConfig } from './config.ts';
import { type HeaderPrefix, signV2 } from './sign-v2.ts';

/** The header family of a dialect. */
export function prefixOf(dialect: ObsConfig['dialect']): HeaderPrefix {
  return dialect === 'obs' ? 'x-obs-' : 'x-amz-';
}

/** Binds signing to one store: its dialect, its scheme, its region. */
export function createSigner(
  config: Pick<ObsConfig, 'dialect' | 'signature' | 'region' | 'addressing'>,
): (request: AddressedRequest, credentials: Credentials, now: Date) => Headers {
  const { signature, region, addressing } = config;
  if (signature === 'v4') {
    return (request, credentials, now) =>
      signSigV4({ ...request, headers: { ...request.headers, host: request.host } }, credentials, { region, now });
  }
  const scheme = signature === 'obs' ? 'OBS' : 'AWS';
  const prefix = prefixOf(config.dialect);
  return (request, credentials, now) => {
    const resource = addressing === 'path' ? request.path : `/${request.bucket}${request.path}`;
    return signV2({ ...request, resource }, credentials, { scheme, prefix, now });
  };
}

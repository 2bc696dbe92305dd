import { CopyError } from '@objectferry/shared/errors.ts';
import type { ApiAuth } from './api-endpoint.ts';

/** A request before it is authorized. */
interface PlainRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Makes a request that the API believes; called again for each try, because a signature has a time. */
export type Authorize = (request: PlainRequest) => Promise<Request>;

/** @param token for JWT. */
export function authorizeFor(auth: ApiAuth, token: string): Authorize {
  switch (auth.kind) {
    case 'none':
      return async (request) => toRequest(request);
    case 'jwt':
      return async (request) =>
        toRequest({ ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } });
    case 'iam':
      return signWithIam(auth.region);
  }
}

function toRequest({ url, method, headers, body }: PlainRequest): Request {
  return new Request(url, { method, headers, ...(body === undefined ? {} : { body }) });
}

/**
 * Signature Version 4 of `execute-api`, with the credentials that the AWS CLI would take.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
 */
function signWithIam(region: string): Authorize {
  let loaded: Promise<Authorize> | undefined;
  return async (request) => {
    loaded ??= loadSigner(region);
    return (await loaded)(request);
  };
}

/** Loaded when it is needed: both take longer to load than a local call takes. */
async function loadSigner(region: string): Promise<Authorize> {
  const [{ AwsV4Signer }, { defaultProvider }] = await Promise.all([
    import('aws4fetch'),
    import('@aws-sdk/credential-provider-node'),
  ]);
  const credentials = defaultProvider();
  return async ({ url, method, headers, body }) => {
    const keys = await credentials().catch((cause: unknown) => {
      throw new CopyError(
        'InvalidConfig',
        'There are no AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run aws sso login.',
        { cause },
      );
    });
    const signed = await new AwsV4Signer({
      url,
      method,
      headers: { ...headers },
      ...(body === undefined ? {} : { body }),
      ...keys,
      service: 'execute-api',
      region,
    }).sign();
    return new Request(signed.url, {
      method: signed.method,
      headers: signed.headers,
      ...(body === undefined ? {} : { body }),
    });
  };
}

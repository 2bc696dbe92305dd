import { CopyError } from '@objectferry/shared/errors.ts';
import type { Transport } from '@objectferry/shared/http/transport.ts';
import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';

/** Reads parameters and secrets of the account that the handler runs in. */
export interface Extension {
  readonly parameter: (name: string) => Promise<string>;
  readonly secret: (id: string) => Promise<string>;
}

const ParameterAnswer = v.object({ Parameter: v.object({ Value: v.string() }) });
const SecretAnswer = v.object({ SecretString: v.string() });

/**
 * Talks to the AWS Parameters and Secrets Lambda extension: a cache beside the handler, so that no AWS client has to
 * be bundled and loaded.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-integration-lambda-extensions.html
 * @param token The handler's session token, which the extension wants to see.
 */
export function createExtension(transport: Transport, origin: string, token: string): Extension {
  const get = async (target: string, what: string): Promise<unknown> => {
    const { status, body } = await transport({
      method: 'GET',
      origin,
      target,
      headers: { 'x-aws-parameters-secrets-token': token },
      timeoutMs: 10_000,
      maxAnswerBytes: 128 * 1024,
    });
    if (status !== 200) throw refusal(what, status, Buffer.from(body).toString('utf8'));
    try {
      return JSON.parse(Buffer.from(body).toString('utf8'));
    } catch {
      throw new CopyError('InvalidConfig', `${what} cannot be read: the extension's answer is not JSON.`);
    }
  };
  return {
    parameter: async (name) => {
      const what = `The parameter ${name}`;
      const target = `/systemsmanager/parameters/get?name=${encodeURIComponent(name)}&withDecryption=true`;
      return parse(ParameterAnswer, await get(target, what), what, 'InvalidConfig').Parameter.Value;
    },
    secret: async (id) => {
      const what = `The secret ${id}`;
      const target = `/secretsmanager/get?secretId=${encodeURIComponent(id)}`;
      return parse(SecretAnswer, await get(target, what), what, 'InvalidConfig').SecretString;
    },
  };
}

/** The extension passes the service's status on; a service that is busy must not end a copy. */
function refusal(what: string, status: number, text: string): CopyError {
  if (status === 429 || /throttl|rate exceeded/i.test(text)) {
    return new CopyError('Throttled', `${what} cannot be read just now: too many requests.`, { status });
  }
  if (status >= 500) return new CopyError('ProviderUnavailable', `${what} cannot be read just now.`, { status });
  return new CopyError(
    'InvalidConfig',
    `${what} cannot be read (status ${status}): check that it exists and may be read.`,
  );
}

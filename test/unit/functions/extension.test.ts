import type { HttpRequest } from '@objectferry/shared/http/transport.ts';
import { describe, expect, it } from 'vitest';
import { createExtension } from '#functions/extension.ts';

function extension(status: number, body: string) {
  const requests: HttpRequest[] = [];
  const transport = async (request: HttpRequest) => {
    requests.push(request);
    return { status, headers: {}, body: Buffer.from(body) };
  };
  return { requests, ...createExtension(transport, 'http://localhost:2773', 'session') };
}

describe('the Parameters and Secrets extension', () => {
  it('gives parameters and secrets, asked for with the session token', async () => {
    const parameters = extension(200, '{"Parameter":{"Name":"x","Value":"{}"}}');
    expect(await parameters.parameter('/objectferry/stores')).toBe('{}');
    expect(parameters.requests[0]).toMatchObject({
      origin: 'http://localhost:2773',
      target: '/systemsmanager/parameters/get?name=%2Fobjectferry%2Fstores&withDecryption=true',
      headers: { 'x-aws-parameters-secrets-token': 'session' },
    });
    const secrets = extension(200, '{"SecretString":"s"}');
    expect(await secrets.secret('objectferry/hz&x')).toBe('s');
    expect(secrets.requests[0]?.target).toBe('/secretsmanager/get?secretId=objectferry%2Fhz%26x');
  });

  it.each([
    [400, 'an error occurred (AccessDeniedException)', 'InvalidConfig'],
    [404, '', 'InvalidConfig'],
    [400, 'ThrottlingException: Rate exceeded', 'Throttled'],
    [429, '', 'Throttled'],
    [500, '', 'ProviderUnavailable'],
    [503, 'busy', 'ProviderUnavailable'],
    [200, 'no JSON', 'InvalidConfig'],
    [200, '{}', 'InvalidConfig'],
  ])('answers %d %j: %s', async (status, body, name) => {
    await expect(extension(status, body).secret('x')).rejects.toMatchObject({ name });
  });
});

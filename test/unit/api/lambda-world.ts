import { createServer } from 'node:http';
import { ENV } from '@objectferry/shared/naming.ts';
import type { LambdaEvent } from 'hono/aws-lambda';
import { expect, vi } from 'vitest';
import {
  demoAwsAccount,
  type StepFunctionsEmulator,
  startStepFunctionsEmulator,
} from '../../emulators/aws/step-functions.ts';
import { demoOssAccount } from '../../emulators/oss/emulator.ts';
import { lambdaContext } from '../../lambda-context.ts';
import { startWorld, type World, type WorldOptions } from '../../world.ts';

/** What the API's function finds around it on AWS: stores and secrets behind the extension, and Step Functions. */
export interface LambdaWorld extends AsyncDisposable {
  readonly world: World;
  readonly stepFunctions: StepFunctionsEmulator;
}

/** Starts all of it and points the environment of this process there; the handler has to be imported after that. */
export async function startLambdaWorld(options: WorldOptions = {}): Promise<LambdaWorld> {
  const world = await startWorld(options);
  const stepFunctions = await startStepFunctionsEmulator({ runtime: world.runtime, retryIntervalMs: 1 });
  const { accessKeyId, secretAccessKey } = demoOssAccount;
  const store = {
    provider: 'oss',
    region: world.oss.region,
    endpoint: world.oss.endpoint,
    addressing: 'path',
    credentials: { secret: 'objectferry/oss' },
    buckets: ['raw', 'archive'],
  };
  const extension = createServer((request, response) => {
    const answer = request.url?.startsWith('/secretsmanager/')
      ? { SecretString: JSON.stringify({ accessKeyId, secretAccessKey }) }
      : { Parameter: { Value: JSON.stringify({ stores: { oss: store } }) } };
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => extension.listen(0, '127.0.0.1', resolve));
  const address = extension.address();
  if (address === null || typeof address === 'string') return expect.fail('the extension has no port');
  const env = {
    PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(address.port),
    [ENV.storesParameter]: '/objectferry/stores',
    [ENV.machineArn]: stepFunctions.machineArn,
    AWS_REGION: stepFunctions.region,
    AWS_ACCESS_KEY_ID: demoAwsAccount.accessKeyId,
    AWS_SECRET_ACCESS_KEY: demoAwsAccount.secretAccessKey,
    AWS_ENDPOINT_URL_SFN: stepFunctions.endpoint,
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  return {
    world,
    stepFunctions,
    [Symbol.asyncDispose]: async () => {
      vi.unstubAllEnvs();
      extension.close();
      extension.closeAllConnections();
      await stepFunctions.close();
      // Handlers of an execution that was stopped go on, as on AWS: their last request is not waited for.
      await world.oss.close();
      await world[Symbol.asyncDispose]();
    },
  };
}

export const context = lambdaContext('Api', 29_000);

/** What API Gateway says of callers it has checked, in the shapes of its documentation. */
export const AUTHORIZERS = {
  user: {
    iam: {
      accessKey: 'AKIAIOSFODNN7EXAMPLE',
      accountId: '111122223333',
      callerId: 'AIDACKCEVSQ6C2EXAMPLE',
      cognitoIdentity: null,
      principalOrgId: 'aws:PrincipalOrgID',
      userArn: 'arn:aws:iam::111122223333:user/example-user',
      userId: 'AIDACKCEVSQ6C2EXAMPLE',
    },
  },
  role: (session: string) => ({
    iam: {
      accessKey: 'ASIAIOSFODNN7EXAMPLE',
      accountId: '111122223333',
      callerId: `AROADBQP57FF2AEXAMPLE:${session}`,
      cognitoIdentity: null,
      principalOrgId: 'o-exampleorgid',
      userArn: `arn:aws:sts::111122223333:assumed-role/Copier/${session}`,
      userId: `AROADBQP57FF2AEXAMPLE:${session}`,
    },
  }),
  token: {
    jwt: {
      claims: { iss: 'https://issuer.test/', sub: 'user-1', aud: 'objectferry', exp: '1700003600', scope: 'copy' },
      scopes: null,
    },
  },
} as const;

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly base64?: boolean;
  readonly authorizer?: unknown;
}

/**
 * An event of an HTTP API, payload format 2.0.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function gatewayEvent(call: Call): LambdaEvent {
  const { method, path, query = '', headers = {}, body, base64 = false, authorizer = AUTHORIZERS.user } = call;
  const domainName = 'a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com';
  const event = {
    version: '2.0',
    routeKey: `${method} ${path.replace(/^\/copies\/.+/, '/copies/{id}')}`,
    rawPath: path,
    rawQueryString: query,
    headers: {
      accept: '*/*',
      ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      host: domainName,
      'user-agent': 'curl/8.5.0',
      'x-amzn-trace-id': 'Root=1-67891233-abcdef012345678912345678',
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
      ...headers,
    },
    ...(query === '' ? {} : { queryStringParameters: Object.fromEntries(new URLSearchParams(query)) }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'a1b2c3d4e5',
      ...(authorizer === undefined ? {} : { authorizer }),
      domainName,
      domainPrefix: 'a1b2c3d4e5',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'curl/8.5.0' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: `${method} /copies`,
      stage: '$default',
      time: '21/Nov/2026:08:00:00 +0000',
      timeEpoch: 1_795_248_000_000,
    },
    ...(body === undefined ? {} : { body: base64 ? Buffer.from(body).toString('base64') : body }),
    isBase64Encoded: base64,
  };
  // The library's type knows neither what an IAM authorizer says nor that it may be missing.
  return event as unknown as LambdaEvent;
}

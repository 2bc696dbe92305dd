import { problemResponses } from './answers.ts';
import { PATHS } from './paths.ts';
import { componentSchemas } from './schemas.ts';

const DESCRIPTION = `Copies objects of any size between buckets of an object store, on the provider's side.

A copy is started with \`POST /copies\` and runs by itself; \`GET /copies/{id}\` tells how it is doing. Send an
\`Idempotency-Key\` with each start, so that a start whose answer was lost can be sent again without a second copy.
Every answer that is not a success is a problem document (RFC 9457), except those that API Gateway gives before the API
is asked.`;

/** The description of the API: everything in it comes from the schemas and tables that the API itself works with. */
export function openapiDocument(version: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Objectferry',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      {
        url: 'https://{api}.execute-api.{region}.amazonaws.com',
        description: 'A deployment; the output ApiUrl of the stack is its address.',
        variables: { api: { default: 'a1b2c3d4e5' }, region: { default: 'eu-central-1' } },
      },
      {
        url: 'http://127.0.0.1:4410',
        description: '`npx objectferry serve` on this machine; it asks for no credentials.',
      },
    ],
    security: [{ iam: [] }, { jwt: [] }],
    tags: [
      { name: 'Copies', description: 'Starting, watching, stopping and resuming copies.' },
      { name: 'Events', description: 'Copies that new objects start.' },
      { name: 'Service', description: 'About the API itself.' },
    ],
    paths: PATHS,
    components: { ...COMPONENTS, responses: problemResponses(usedStatuses()), schemas: componentSchemas() },
  };
}

const COMPONENTS = {
  securitySchemes: {
    iam: {
      type: 'apiKey',
      in: 'header',
      name: 'Authorization',
      description:
        'Signature Version 4 for the service `execute-api`, as AWS SDKs make it. The principal needs `execute-api:Invoke`. The default of a deployment.',
      'x-amazon-apigateway-authtype': 'awsSigv4',
    },
    jwt: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'A token of the issuer and audience that the deployment names, where it is set to JWT.',
    },
  },
  parameters: {
    CopyId: {
      name: 'id',
      in: 'path',
      required: true,
      description: 'Name of the execution that runs the copy.',
      schema: { type: 'string', minLength: 1, maxLength: 80 },
      example: 'api-6f1a0c5d9be84b7f8a2d4c3e5f607182',
    },
    IdempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      description:
        'Chosen by the caller, for example a UUID. The same caller, key and request never start a second copy; the same key with another request is refused.',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
      example: '8e03978e-40d5-43dd-bc93-6894a57f9324',
    },
  },
  headers: {
    Location: {
      description: 'Path of the copy.',
      required: true,
      schema: { type: 'string' },
      example: '/copies/api-6f1a0c5d9be84b7f8a2d4c3e5f607182',
    },
    RetryAfter: { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 0 }, example: 5 },
  },
};

function usedStatuses(): ReadonlySet<number> {
  return new Set([...JSON.stringify(PATHS).matchAll(/responses\/Problem(\d+)/g)].map(([, status]) => Number(status)));
}

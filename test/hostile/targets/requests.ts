import { messageOf } from '@objectferry/shared/cause.ts';
import {
  AbortInput,
  CompleteInput,
  CopyRequest,
  CopySpanInput,
  CopyWholeInput,
  InitiateInput,
} from '@objectferry/shared/contract.ts';
import { bareEtag, sameEtag, strongEtag } from '@objectferry/shared/etag.ts';
import { endpointProblem, parseEndpoint } from '@objectferry/shared/http/endpoint.ts';
import { formatLocation, parseLocation } from '@objectferry/shared/location.ts';
import { parseContentRange } from '@objectferry/shared/range.ts';
import { parse } from '@objectferry/shared/schema.ts';
import type { GenericSchema } from 'valibot';
import { createExtension } from '#functions/extension.ts';
import { credentialSource, customerKeyFrom } from '#functions/secrets.ts';
import { parseFlags, requestFrom } from '#infra/local/cli/options.ts';
import { parseRequest } from '#infra/local/cli/parse-request.ts';
import { COPY } from './pinned-copy.ts';
import { inputsOf, isCopyError, isNamed, type Target } from './target.ts';

const REQUEST = {
  source: 'hz://raw/films/a%20b.mov?versionId=CAEQ',
  destination: { store: 'hz', bucket: 'archive', key: 'films/a.mov' },
  options: {
    overwrite: 'ifDifferent',
    ifSource: { etag: '"5B3C"', unmodifiedSince: '2026-11-21T00:00:00Z' },
    metadata: { contentType: 'video/mp4', user: { colour: 'blue' } },
    tags: { team: 'film' },
    acl: 'private',
    storageClass: 'IA',
    encryption: { kind: 'kms', keyId: 'key-1' },
    sourceEncryption: { kind: 'customer', keySecret: 'objectferry/key' },
    partSizeMiB: 8,
    maxInFlight: 40,
    onFailure: 'keep',
  },
};
const NOW = '2026-11-21T00:00:00.000Z';
const REPORT = { copied: 1, adopted: 0, bytes: 10, retries: 0, throttles: 0, digest: '00'.repeat(16) };
const SCHEMAS: Readonly<Record<string, readonly [GenericSchema, sample: unknown]>> = {
  CopyRequest: [CopyRequest, REQUEST],
  Initiate: [InitiateInput, { request: REQUEST, startedAt: NOW }],
  CopyWhole: [CopyWholeInput, { copy: COPY, request: REQUEST }],
  CopySpan: [CopySpanInput, { copy: COPY, span: { first: 1, count: 250 } }],
  Complete: [CompleteInput, { copy: COPY, reports: [{ ...REPORT, rest: { first: 2, count: 3 } }], done: REPORT }],
  Abort: [AbortInput, { state: { copy: COPY, error: { Error: 'Timeout', Cause: '{}' } }, startedAt: NOW }],
};

/** What callers and the machine hand in. */
export function requestTargets(): readonly Target[] {
  const inputs = Object.entries(SCHEMAS).map(
    ([name, [schema, sample]]): Target => ({
      name: `inputs of ${name}`,
      inputs: inputsOf({ [name]: sample }),
      parse: (bytes) => parse(schema, JSON.parse(bytes.toString('utf8')), 'The input'),
      refuses: (error) => error instanceof SyntaxError || isNamed('InvalidRequest')(error),
      growth: 8,
    }),
  );
  const texts = (bytes: Buffer): string => bytes.toString('utf8');
  return [
    ...inputs,
    {
      name: 'flags of the command line',
      inputs: inputsOf({ flags: FLAGS }),
      parse: (bytes) => {
        const flags = parseFlags(JSON.parse(texts(bytes)));
        return parseRequest(requestFrom('hz://raw/a', 'hz://raw/b', flags), flags);
      },
      refuses: (error) => error instanceof SyntaxError || isNamed('InvalidRequest')(error),
      growth: 8,
    },
    {
      name: 'locations',
      inputs: inputsOf({ plain: 'hz://raw/films/a.mov', encoded: 'hz://raw/%E6%95%B0%25%3F?versionId=a%2Fb' }),
      parse: (bytes) => {
        // Both as the bytes are read, and with the half surrogates that only JSON can carry.
        const text = texts(bytes).replaceAll('\ufffd', '\ud800');
        return [texts(bytes), text].map((each) => {
          const location = parseLocation(each);
          return location && formatLocation(location);
        });
      },
      refuses: () => false,
      growth: 16,
    },
    {
      name: 'endpoints',
      inputs: inputsOf({
        name: 'https://oss-cn-hangzhou.aliyuncs.com:8443',
        six: 'http://[fd00::1]:80',
        four: 'http://10.0.0.1',
      }),
      parse: (bytes) => {
        const endpoint = parseEndpoint(texts(bytes));
        return endpoint && [endpoint, endpointProblem(endpoint, false)];
      },
      refuses: () => false,
    },
    {
      name: 'ETags and ranges',
      inputs: inputsOf({ etag: 'W/"5b3c1a2e"', range: 'bytes 0-99/1234', open: 'bytes 5-9/*' }),
      parse: (bytes) => {
        const text = texts(bytes);
        const range = parseContentRange(text);
        if (range !== undefined && !Number.isSafeInteger(range.offset + range.length)) throw new RangeError('inexact');
        return [bareEtag(text), strongEtag(text), sameEtag(text, text), range];
      },
      refuses: () => false,
      // Twice, and control characters as six each.
      growth: 16,
    },
    {
      name: 'causes of failed executions',
      inputs: inputsOf({ lambda: { errorType: 'Timeout', errorMessage: 'It took too long.', trace: [] } }),
      parse: (bytes) => messageOf(texts(bytes)),
      refuses: () => false,
    },
    {
      name: 'secrets and parameters',
      inputs: inputsOf({
        credentials: { SecretString: '{"accessKeyId":"AK","secretAccessKey":"SK","sessionToken":"T"}' },
        key: { SecretString: Buffer.alloc(32, 'k').toString('base64') },
        parameter: { Parameter: { Value: '{}' } },
      }),
      parse: async (bytes) => {
        const answer = async () => ({ status: 200, headers: {}, body: bytes });
        const { secret, parameter } = createExtension(answer, 'http://localhost:2773', 'token');
        const ends = await Promise.allSettled([
          credentialSource({ secret: 'id' }, 'hz', { env: {}, readSecret: secret })(),
          customerKeyFrom(secret, 'id'),
          parameter('name'),
        ]);
        const unexpected = ends.find((end) => end.status === 'rejected' && !isCopyError(end.reason));
        if (unexpected?.status === 'rejected') throw unexpected.reason;
        return ends.map(({ status }) => status);
      },
      refuses: () => false,
    },
  ];
}

const FLAGS = {
  stores: 'stores.yaml',
  overwrite: 'never',
  ifSourceModifiedSince: NOW,
  encryption: 'kms',
  encryptionKeyId: 'key-1',
  partSizeMib: '8',
  maxInFlight: '40',
  options: '{"metadata":{"contentType":"video/mp4"},"ifSource":{"etag":"x"}}',
};

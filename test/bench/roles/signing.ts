import { createRequire } from 'node:module';
import { Credentials } from '@objectferry/shared/credentials.ts';
import type { SignableRequest } from '@objectferry/shared/provider/oss/sign.ts';
import { signV1 } from '@objectferry/shared/provider/oss/sign-v1.ts';
import { signV4 } from '@objectferry/shared/provider/oss/sign-v4.ts';
import type { Headers } from '@objectferry/shared/provider/xml/request.ts';
import * as v from 'valibot';
import { cpuMsSince } from '../measure.ts';
import { type Answer, type SigningCost, SigningTask } from '../messages.ts';

const REQUESTS = 1000;
const PART_BYTES = 64 * 2 ** 20;
const NOW = new Date('2024-03-05T06:07:08Z');
const REGION = 'cn-hangzhou';
const credentials = new Credentials({ accessKeyId: 'LTAIexample', secretAccessKey: 'a secret of thirty characters.' });

const aliOss = v.parse(
  v.looseObject({ buildCanonicalString: v.function(), authorization: v.function(), authorizationV4: v.function() }),
  createRequire(import.meta.url)('ali-oss/lib/common/signUtils'),
);

/** One request in both forms: ali-oss wants its headers finished, queries as an object. */
interface Sample {
  readonly request: SignableRequest;
  readonly queries: Readonly<Record<string, string>>;
  readonly headersV1: Headers;
  readonly headersV4: Headers;
}

interface Signers {
  readonly objectferry: (sample: Sample) => unknown;
  readonly aliOss: (sample: Sample) => unknown;
}

const V4: Signers = {
  objectferry: ({ request }) => signV4(request, credentials, { region: REGION, now: NOW })['authorization'],
  aliOss: ({ request: { method, bucket, key }, queries, headersV4: headers }) =>
    aliOss.authorizationV4(
      credentials.accessKeyId,
      credentials.secretAccessKey,
      REGION,
      method,
      { headers, queries },
      bucket,
      key,
    ),
};

const V1: Signers = {
  objectferry: ({ request }) => signV1(request, credentials, NOW)['authorization'],
  aliOss: ({ request: { method, bucket, key }, queries, headersV1: headers }) => {
    const text = aliOss.buildCanonicalString(method, `/${bucket}/${key}`, { headers, parameters: queries });
    return aliOss.authorization(credentials.accessKeyId, credentials.secretAccessKey, text);
  },
};

/** Signs the same part copies with both signers, in turns, after both have proved to say the same. */
export const answer: Answer = async (message): Promise<v.InferOutput<typeof SigningCost>> => {
  const { signatures } = v.parse(SigningTask, message);
  const samples = Array.from({ length: REQUESTS }, (_, index) => sampleOf(index + 1));
  return { v4: compare(V4, samples, signatures), v1: compare(V1, samples, signatures) };
};

function compare(signers: Signers, samples: readonly Sample[], signatures: number): Record<keyof Signers, number> {
  for (const sample of samples) {
    const [ours, theirs] = [signers.objectferry(sample), signers.aliOss(sample)];
    if (ours !== theirs) throw new Error(`The signatures differ: ${ours} and ${theirs}`);
  }
  const cpuMs = { objectferry: 0, aliOss: 0 };
  const rounds = Math.ceil(signatures / samples.length);
  for (let round = 0; round < rounds; round += 1) {
    cpuMs.objectferry += cpuMsOf(signers.objectferry, samples);
    cpuMs.aliOss += cpuMsOf(signers.aliOss, samples);
  }
  const perSignature = 1000 / (rounds * samples.length);
  return { objectferry: cpuMs.objectferry * perSignature, aliOss: cpuMs.aliOss * perSignature };
}

function cpuMsOf(sign: (sample: Sample) => unknown, samples: readonly Sample[]): number {
  const before = process.cpuUsage();
  for (const sample of samples) {
    if (typeof sign(sample) !== 'string') throw new Error('A signer gave no text.');
  }
  return cpuMsSince(before);
}

function sampleOf(partNumber: number): Sample {
  const offset = (partNumber - 1) * PART_BYTES;
  const queries = { partNumber: `${partNumber}`, uploadId: '0004B9894A22E5B1888A1E29F8236E2D' };
  const headers = {
    'x-oss-copy-source': '/raw/2024/03/05/footage%20of%20the%20ferry.mov',
    'x-oss-copy-source-range': `bytes=${offset}-${offset + PART_BYTES - 1}`,
    'x-oss-copy-source-if-match': '"5B3C1A2E053D763E1B002CC607C5A0FE"',
  };
  const request: SignableRequest = {
    method: 'PUT',
    bucket: 'archive',
    key: '2024/03/05/footage of the ferry.mov',
    query: Object.entries(queries),
    headers,
  };
  const { authorization: _v4, ...headersV4 } = signV4(request, credentials, { region: REGION, now: NOW });
  const { authorization: _v1, ...signedV1 } = signV1(request, credentials, NOW);
  // ali-oss writes "undefined" on the line of a missing content type.
  return { request, queries, headersV4, headersV1: { 'content-type': '', ...signedV1 } };
}

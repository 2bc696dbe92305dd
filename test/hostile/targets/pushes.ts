import { believe } from '@objectferry/shared/events/push/believe.ts';
import { type Certificate, parseCertificate, pinnedCertificates } from '@objectferry/shared/events/push/certificate.ts';
import { createCertificates } from '@objectferry/shared/events/push/certificates.ts';
import type { PushRequest } from '@objectferry/shared/events/push/push-request.ts';
import { Refusal } from '@objectferry/shared/events/push/refusal.ts';
import type { PushParts } from '@objectferry/shared/events/push/senders.ts';
import { pushRequestOf } from '#functions/receive/gateway-request.ts';
import { makeCertificate } from '../../unit/push/made-certificate.ts';
import {
  eventBridgePush,
  MNS_TOPIC,
  mnsPush,
  pushRequest,
  SMN_TOPIC,
  SNS_TOPIC,
  smnPush,
  snsPush,
} from '../../unit/push/signed-pushes.ts';
import { fromBytes, toBytes } from './http-text.ts';
import { inputsOf, isNamed, type Target } from './target.ts';

const TOKEN = 'the-token-of-the-rule';

/** Pushes that are believed before they are changed, what API Gateway makes of one, and certificates. */
export function pushTargets(): readonly Target[] {
  const signer = makeCertificate();
  const at = new Date();
  const pushes: Readonly<Record<string, PushRequest>> = {
    sns: snsPush({ key: signer.key, at }),
    smn: smnPush({ key: signer.key, at }),
    mns: mnsPush({ key: signer.key, at }),
    eventBridge: eventBridgePush({ key: signer.key, at, token: TOKEN }),
    token: pushRequest('qingstor', '{"event":"create_object"}', { authorization: `Bearer ${TOKEN}` }),
  };
  return [
    {
      name: 'pushes',
      inputs: new Map(Object.entries(pushes).map(([name, push]) => [name, bytesOf(push)])),
      parse: async (bytes, input) => believe(pushFrom(bytes, pushes[input]), partsWith(signer.pem, at)),
      refuses: (error) => error instanceof Refusal,
    },
    {
      name: 'requests of API Gateway',
      inputs: inputsOf({ push: GATEWAY }),
      parse: (bytes) => {
        const { body, ...rest } = pushRequestOf(JSON.parse(bytes.toString('utf8')));
        return { ...rest, body: body.byteLength };
      },
      // API Gateway writes them, so that their form is trusted; what it passes on of the sender is text in it.
      refuses: (error) => error instanceof SyntaxError || error instanceof TypeError,
    },
    {
      name: 'certificates',
      inputs: inputsOf({ certificate: signer.pem, two: `${signer.pem}\n${signer.pem}` }),
      parse: (bytes) => {
        const text = bytes.toString('latin1');
        return [parseCertificate(text)?.keyBits, pinnedCertificates(text).length];
      },
      refuses: isNamed('InvalidConfig'),
    },
  ];
}

const GATEWAY = {
  rawPath: '/prod/events/s3',
  rawQueryString: 'token=x%20y',
  headers: { host: 'abc.execute-api.eu-west-1.amazonaws.com', 'x-amz-sns-message-type': 'Notification' },
  pathParameters: { provider: 's3' },
  requestContext: { domainName: 'abc.execute-api.eu-west-1.amazonaws.com' },
  body: '{"Type":"Notification"}',
  isBase64Encoded: false,
};

function partsWith(pem: string, at: Date): PushParts {
  const from = { topics: [SNS_TOPIC, SMN_TOPIC, MNS_TOPIC], token: { secret: 'token' }, hmac: { secret: 'key' } };
  const now = () => at;
  return {
    rules: ['s3', 'oss', 'obs', 'qingstor'].map((provider) => ({ name: provider, provider, from })),
    secret: async () => TOKEN,
    certificates: createCertificates(async () => ({ status: 200, headers: {}, body: Buffer.from(pem) }), now),
    pinned: [] satisfies Certificate[],
    now,
  };
}

function bytesOf({ target, headers, body }: PushRequest): Buffer {
  return toBytes(target, headers, body);
}

function pushFrom(bytes: Buffer, sent: PushRequest | undefined): PushRequest {
  const { first, headers, body } = fromBytes(bytes);
  return { provider: sent?.provider ?? '', origin: sent?.origin ?? '', target: first, headers, body };
}

import { createHash, type KeyObject, sign } from 'node:crypto';
import type { PushRequest } from '@objectferry/shared/events/push/push-request.ts';

/** Pushes as the services send them, written from their documents and not from our code. */

type Fields = Readonly<Record<string, string | undefined>>;

export const SNS_TOPIC = 'arn:aws:sns:eu-west-1:111122223333:new-objects';
export const SNS_CERTIFICATE =
  'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem';
export const SMN_TOPIC = 'urn:smn:eu-de:0123456789abcdef0123456789abcdef:new-objects';
export const SMN_CERTIFICATE = 'https://smn.eu-de.otc.t-systems.com/smn/SMN_eu-de_0123456789abcdef0123456789abcdef.pem';
export const MNS_TOPIC = 'acs:mns:cn-hangzhou:1234567890:/topics/new-objects';
export const MNS_CERTIFICATE = 'https://mns-cert.oss-cn-hangzhou.aliyuncs.com/x509_public_certificate.pem';
export const EVENT_BRIDGE_CERTIFICATE =
  'https://cn-hangzhou-eventbridge.oss-accelerate.aliyuncs.com/x509_public_certificate_2021012501.pem';

export const ORIGIN = 'https://api.example.com';

export function pushRequest(provider: string, body: string, headers: Fields = {}, query = ''): PushRequest {
  return { provider, origin: ORIGIN, target: `/events/${provider}${query}`, headers, body: Buffer.from(body) };
}

function lines(fields: Fields): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('');
}

function signature(hash: 'sha1' | 'sha256', text: string | Buffer, key: KeyObject): string {
  return sign(hash, Buffer.from(text), key).toString('base64');
}

export interface SnsOptions {
  readonly key: KeyObject;
  readonly at: Date;
  readonly fields?: Fields;
  readonly version?: '1' | '2';
}

export function snsPush({ key, at, fields = {}, version = '2' }: SnsOptions): PushRequest {
  const message: Fields = {
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: SNS_TOPIC,
    Message: '{"Records":[]}',
    Timestamp: at.toISOString(),
    SignatureVersion: version,
    SigningCertURL: SNS_CERTIFICATE,
    ...fields,
  };
  const { Message, MessageId, Subject, SubscribeURL, Timestamp, Token, TopicArn, Type } = message;
  const signed =
    Type === 'Notification'
      ? { Message, MessageId, Subject, Timestamp, TopicArn, Type }
      : { Message, MessageId, SubscribeURL, Timestamp, Token, TopicArn, Type };
  const Signature = signature(version === '1' ? 'sha1' : 'sha256', lines(signed), key);
  return pushRequest('s3', JSON.stringify({ ...message, Signature }), {
    'x-amz-sns-message-type': Type,
    'x-amz-sns-topic-arn': TopicArn,
    'content-type': 'text/plain; charset=UTF-8',
  });
}

export function smnPush({ key, at, fields = {} }: Omit<SnsOptions, 'version'>): PushRequest {
  const body: Fields = {
    type: 'Notification',
    signature_version: 'v1',
    topic_urn: SMN_TOPIC,
    message_id: '88c726942175432bac921eafd0036163',
    message: '{"Records":[]}',
    subject: 'demo',
    timestamp: at.toISOString().replace(/\.\d+Z$/, 'Z'),
    signing_cert_url: SMN_CERTIFICATE,
    ...fields,
  };
  const { type, topic_urn, message_id, message, subject, timestamp, subscribe_url } = body;
  const signed =
    type === 'Notification'
      ? { message, message_id, subject: subject || undefined, timestamp, topic_urn, type }
      : { message, message_id, subscribe_url, timestamp, topic_urn, type };
  return pushRequest('obs', JSON.stringify({ ...body, signature: signature('sha256', lines(signed), key) }), {
    'x-smn-message-type': type,
    'x-smn-topic-urn': topic_urn,
    'x-smn-message-id': message_id,
  });
}

export interface MnsOptions {
  readonly key: KeyObject;
  readonly at: Date;
  readonly form?: 'XML' | 'JSON' | 'SIMPLIFIED';
  /** What was published, where that is the body. */
  readonly body?: string;
  readonly headers?: Fields;
  readonly topic?: { readonly owner: string; readonly name: string };
  readonly query?: string;
  readonly hashForm?: 'hex' | 'base64' | 'base64 of hex';
}

const OSS_EVENTS = Buffer.from('{"events":[]}').toString('base64');

export function mnsBody(form: 'XML' | 'JSON' | 'SIMPLIFIED', { owner, name }: { owner: string; name: string }): string {
  const fields = { TopicOwner: owner, TopicName: name, Subscriber: owner, SubscriptionName: 's', Message: OSS_EVENTS };
  if (form === 'SIMPLIFIED') return OSS_EVENTS;
  if (form === 'JSON') return JSON.stringify(fields);
  const elements = Object.entries(fields).map(([field, value]) => `<${field}>${value}</${field}>`);
  return `<?xml version="1.0" encoding="utf-8"?><Notification xmlns="http://mns.aliyuncs.com/doc/v1/">${elements.join('')}</Notification>`;
}

export function mnsPush(options: MnsOptions): PushRequest {
  const { key, at, form = 'SIMPLIFIED', topic = { owner: '1234567890', name: 'new-objects' }, query = '' } = options;
  const { body = mnsBody(form, topic) } = options;
  const md5 = createHash('md5').update(body).digest();
  const hashes = {
    hex: md5.toString('hex').toUpperCase(),
    base64: md5.toString('base64'),
    'base64 of hex': Buffer.from(md5.toString('hex')).toString('base64'),
  };
  const headers: Record<string, string | undefined> = {
    'content-md5': hashes[options.hashForm ?? 'hex'],
    'content-type': form === 'XML' ? 'text/xml;charset=utf-8' : 'text/plain;charset=utf-8',
    date: at.toUTCString(),
    'x-mns-request-id': '6423F9B7BF94313030AF5EA0',
    'x-mns-version': '2015-06-06',
    'x-mns-signing-cert-url': Buffer.from(MNS_CERTIFICATE).toString('base64'),
    ...(form === 'SIMPLIFIED' ? { 'x-mns-topic-owner': topic.owner, 'x-mns-topic-name': topic.name } : {}),
    ...options.headers,
  };
  const own = Object.entries(headers)
    .filter(([name, value]) => name.startsWith('x-mns-') && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value}\n`)
    .join('');
  const { 'content-md5': hash, 'content-type': type, date } = headers;
  const text = `POST\n${hash}\n${type}\n${date}\n${own}/events/oss${query}`;
  return pushRequest('oss', body, { ...headers, authorization: signature('sha1', text, key) }, query);
}

export interface EventBridgeOptions {
  readonly key: KeyObject;
  readonly at: Date;
  readonly token?: string | undefined;
  /** How the text ends, and what stands for a token that there is not. */
  readonly end?: '' | '\n';
  readonly emptyToken?: boolean;
  readonly url?: string;
}

export const CLOUD_EVENT = JSON.stringify({
  id: '1',
  source: 'acs.oss',
  specversion: '1.0',
  type: 'oss:ObjectCreated:PutObject',
});

export function eventBridgePush(options: EventBridgeOptions): PushRequest {
  const { key, at, token, end = '', emptyToken = false, url = `${ORIGIN}/events/oss` } = options;
  const headers = {
    'x-eventbridge-signature-timestamp': String(at.getTime()),
    'x-eventbridge-hash-method': 'SHA256',
    'x-eventbridge-signature-version': '1.0',
    'x-eventbridge-signature-url': EVENT_BRIDGE_CERTIFICATE,
    ...(token === undefined ? {} : { 'x-eventbridge-signature-token': token }),
  };
  const signed = emptyToken ? { ...headers, 'x-eventbridge-signature-token': '' } : headers;
  const fixed = Object.entries(signed).map(([name, value]) => `${name}: ${value}`);
  const text = `${[url, ...fixed, CLOUD_EVENT].join('\n')}${end}`;
  return pushRequest('oss', CLOUD_EVENT, { ...headers, 'x-eventbridge-signature-v2': signature('sha256', text, key) });
}

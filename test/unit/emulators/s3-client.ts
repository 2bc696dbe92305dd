import { createHash, createHmac } from 'node:crypto';
import { type S3Emulator, type S3EmulatorOptions, startS3Emulator } from '#test/emulators/s3/emulator.ts';
import { encodeKey, type Reply, sendRaw } from './oss-client.ts';

/** A request of a test. `path` is the raw target behind the bucket, so that a test decides every byte of it. */
export interface Ask {
  readonly method?: string;
  readonly bucket?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly region?: string;
  readonly date?: Date;
  readonly style?: 'path' | 'virtual';
  /** Changes the headers after they have been signed. */
  readonly tamper?: Readonly<Record<string, string>>;
}

/** A mebibyte. */
export const mib = 2 ** 20;

/** HMAC-SHA256. */
export function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Hex SHA-256. */
export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/** The signing key of a day, by the documentation and apart from the emulator's. */
export function signingKey(secret: string, day: string, region: string): Buffer {
  return [day, region, 's3', 'aws4_request'].reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from(`AWS4${secret}`),
  );
}

/** `yyyymmddThhmmssZ`. */
export function amzTime(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d+/g, '');
}

function canonicalRequest(method: string, target: string, headers: Readonly<Record<string, string>>): string {
  const [path = '', query = ''] = target.split(/\?(.*)/s);
  const fields = query
    .split('&')
    .filter(Boolean)
    .map((field) => (field.includes('=') ? field : `${field}=`))
    .sort();
  const names = Object.keys(headers).sort();
  const lines = names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`).join('');
  return [method, path, fields.join('&'), lines, names.join(';'), headers['x-amz-content-sha256']].join('\n');
}

/** The wire form of a request: its target and its signed headers. */
export function signed(
  emulator: S3Emulator,
  ask: Ask,
): { target: string; headers: Record<string, string>; seed: string } {
  const [account] = emulator.accounts;
  const virtual = ask.style === 'virtual';
  const { host, port } = new URL(emulator.endpoint);
  const time = amzTime(ask.date ?? emulator.model.now());
  const region = ask.region ?? emulator.region;
  const target = virtual || ask.bucket === undefined ? ask.path : `/${ask.bucket}${ask.path}`;
  const headers: Record<string, string> = {
    host: virtual ? `${ask.bucket}.localhost:${port}` : host,
    'x-amz-date': time,
    'x-amz-content-sha256': sha256(ask.body ?? ''),
    ...ask.headers,
  };
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonicalRequest(ask.method ?? 'GET', target, headers))}`;
  const secret = ask.secretAccessKey ?? account?.secretAccessKey ?? '';
  const seed = hmac(signingKey(secret, time.slice(0, 8), region), text).toString('hex');
  const id = ask.accessKeyId ?? account?.accessKeyId ?? '';
  const names = Object.keys(headers).sort().join(';');
  headers['authorization'] = `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${seed}`;
  return { target, headers, seed };
}

/** Sends a signed request. */
export function send(emulator: S3Emulator, ask: Ask): Promise<Reply> {
  const { target, headers } = signed(emulator, ask);
  const body = ask.body ?? '';
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  return sendRaw(emulator.endpoint, ask.method ?? 'GET', target, { ...headers, ...length, ...ask.tamper }, body);
}

/** An emulator with two buckets and a virtual object `raw/s` of 16 MiB. */
export async function world(options: S3EmulatorOptions = {}, size = 16 * mib): Promise<S3Emulator> {
  const emulator = await startS3Emulator({ buckets: ['raw', 'archive'], ...options });
  emulator.model.putVirtualObject('raw', 's', size, 7);
  return emulator;
}

/** Puts an object into `archive`. */
export function put(emulator: S3Emulator, key: string, body: string | Buffer, headers: Record<string, string> = {}) {
  return send(emulator, { method: 'PUT', bucket: 'archive', path: `/${encodeKey(key)}`, body, headers });
}

/** Heads an object. */
export function head(emulator: S3Emulator, path: string, headers: Record<string, string> = {}, bucket = 'archive') {
  return send(emulator, { method: 'HEAD', bucket, path, headers });
}

/** The text of the first element of that name. */
export function pick(reply: Reply, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(reply.text)?.[1] ?? '';
}

/** The status and code of a reply. */
export function verdict(reply: Reply): readonly [number, string] {
  return [reply.status, pick(reply, 'Code')];
}

/** Begins an upload of `archive/d` and gives what the tests do with it. */
export async function upload(emulator: S3Emulator, headers: Record<string, string> = {}, key = 'd') {
  const begun = await send(emulator, {
    method: 'POST',
    bucket: 'archive',
    path: `/${encodeKey(key)}?uploads`,
    headers,
  });
  const uploadId = pick(begun, 'UploadId');
  const path = (query: string) => `/${encodeKey(key)}?${query}uploadId=${uploadId}`;
  return {
    begun,
    uploadId,
    copy: (partNumber: number | string, range?: string, more: Record<string, string> = {}, source = '/raw/s') =>
      send(emulator, {
        method: 'PUT',
        bucket: 'archive',
        path: path(`partNumber=${partNumber}&`),
        headers: {
          'x-amz-copy-source': source,
          ...(range === undefined ? {} : { 'x-amz-copy-source-range': range }),
          ...more,
        },
      }),
    put: (partNumber: number, body: string | Buffer, more: Record<string, string> = {}) =>
      send(emulator, {
        method: 'PUT',
        bucket: 'archive',
        path: path(`partNumber=${partNumber}&`),
        body,
        headers: more,
      }),
    complete: (parts: readonly (readonly [number, string, string?])[], more: Record<string, string> = {}) => {
      const list = parts.map(
        ([n, etag, rest = '']) => `<Part><PartNumber>${n}</PartNumber><ETag>${etag}</ETag>${rest}</Part>`,
      );
      const body = `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`;
      return send(emulator, { method: 'POST', bucket: 'archive', path: path(''), body, headers: more });
    },
    list: (query = '') => send(emulator, { bucket: 'archive', path: path(query) }),
    abort: () => send(emulator, { method: 'DELETE', bucket: 'archive', path: path('') }),
  };
}

/** The ETag that a part copy tells, as the emulator quotes it. */
export function etagIn(reply: { readonly text: string }): string {
  return /<ETag>(?:&quot;|&#34;|")?([0-9a-f]+)/.exec(reply.text)?.[1] ?? '';
}

/** The trio of a customer's key, under a prefix. */
export function trio(key: Buffer, prefix = 'x-amz-server-side-encryption-customer-'): Record<string, string> {
  return {
    [`${prefix}algorithm`]: 'AES256',
    [`${prefix}key`]: key.toString('base64'),
    [`${prefix}key-md5`]: createHash('md5').update(key).digest('base64'),
  };
}

import { createHash, createHmac } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import type { OssEmulator } from '#test/emulators/oss/emulator.ts';

/** What came back over the wire. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly bytes: Buffer;
}

/** A request of a test. `path` is the raw target of virtual-host style, so that a test decides every byte of it. */
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

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

function rfc3986(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Encodes a key for a path: `/` stays. */
export function encodeKey(key: string): string {
  return rfc3986(key).replaceAll('%2F', '/');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** V4 as the documentation describes it, written apart from the emulator's verifier. */
function signV4(
  ask: Ask,
  headers: Readonly<Record<string, string>>,
  account: { id: string; secret: string },
  region: string,
) {
  const time = headers['x-oss-date'] ?? '';
  const day = time.slice(0, 8);
  const [path = '', query = ''] = ask.path.split(/\?(.*)/s);
  const resource = `/${ask.bucket ?? ''}${ask.bucket === undefined ? '' : '/'}${decodeURIComponent(path.slice(1))}`;
  const parameters = query
    .split('&')
    .filter(Boolean)
    .map((field) => field.replace(/=$/, ''))
    .sort();
  const lines = Object.entries(headers)
    .filter(([name]) => /^(content-type|content-md5|x-oss-.*)$/.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value.trim()}\n`)
    .join('');
  const canonical = [
    ask.method ?? 'GET',
    encodeKey(resource),
    parameters.join('&'),
    lines,
    '',
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const scope = `${day}/${region}/oss/aliyun_v4_request`;
  const digest = createHash('sha256').update(canonical).digest('hex');
  const key = [day, region, 'oss', 'aliyun_v4_request'].reduce<Buffer>(
    (secret, text) => hmac(secret, text),
    Buffer.from(`aliyun_v4${account.secret}`),
  );
  const signature = hmac(key, `OSS4-HMAC-SHA256\n${time}\n${scope}\n${digest}`).toString('hex');
  return `OSS4-HMAC-SHA256 Credential=${account.id}/${scope},Signature=${signature}`;
}

/** Sends bytes exactly as given and reads the answer, to any emulator on loopback. */
export function sendRaw(
  endpoint: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: string | Buffer,
): Promise<Reply> {
  const { port } = new URL(endpoint);
  const wire = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
  );
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers: wire, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const entries = Object.entries(response.headersDistinct).map(([name, values]) => [
          name,
          Buffer.from((values ?? []).join(','), 'latin1').toString('utf8'),
        ]);
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(entries),
          text: bytes.toString(),
          bytes,
        });
      });
    });
    request.on('error', reject);
    // As bytes: with a text Node would send the headers in the body's encoding.
    request.end(Buffer.from(body ?? ''));
  });
}

/** Sends a request signed with V4. */
export function send(emulator: OssEmulator, ask: Ask): Promise<Reply> {
  const [account] = emulator.accounts;
  const style = ask.style ?? 'path';
  const { host, port } = new URL(emulator.endpoint);
  const time = (ask.date ?? emulator.model.now()).toISOString().replace(/[-:]|\.\d+/g, '');
  const headers: Record<string, string> = {
    host: style === 'virtual' && ask.bucket !== undefined ? `${ask.bucket}.localhost:${port}` : host,
    'x-oss-date': time,
    'x-oss-content-sha256': 'UNSIGNED-PAYLOAD',
    ...ask.headers,
  };
  headers['authorization'] = signV4(
    ask,
    headers,
    {
      id: ask.accessKeyId ?? account?.accessKeyId ?? '',
      secret: ask.secretAccessKey ?? account?.secretAccessKey ?? '',
    },
    ask.region ?? emulator.region,
  );
  const path = style === 'path' && ask.bucket !== undefined ? `/${ask.bucket}${ask.path}` : ask.path;
  const body = ask.body ?? '';
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  return sendRaw(emulator.endpoint, ask.method ?? 'GET', path, { ...headers, ...length, ...ask.tamper }, body);
}

/** The code of an error document, from the body or from the header of a HEAD. */
export function codeOf(reply: Reply): string | undefined {
  const document = reply.text === '' ? Buffer.from(reply.headers['x-oss-err'] ?? '', 'base64').toString() : reply.text;
  return /<Code>([^<]*)<\/Code>/.exec(document)?.[1];
}

/** The text of the first element of that name. */
export function pick(reply: Reply, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(reply.text)?.[1] ?? '';
}

/** Begins an upload and gives its id. */
export async function initiate(
  emulator: OssEmulator,
  bucket: string,
  key: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const reply = await send(emulator, { method: 'POST', bucket, path: `/${encodeKey(key)}?uploads`, headers });
  if (reply.status !== 200) {
    throw new Error(`initiate: ${reply.status} ${reply.text}`);
  }
  return pick(reply, 'UploadId');
}

/** Copies a part; `source` is the header as it stands. */
export function copyPart(
  emulator: OssEmulator,
  target: {
    readonly bucket: string;
    readonly key: string;
    readonly uploadId: string;
    readonly partNumber: number | string;
  },
  source: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  return send(emulator, {
    method: 'PUT',
    bucket: target.bucket,
    path: `/${encodeKey(target.key)}?partNumber=${target.partNumber}&uploadId=${target.uploadId}`,
    headers: { 'x-oss-copy-source': source, ...headers },
  });
}

/** Completes an upload with the given parts. */
export function complete(
  emulator: OssEmulator,
  target: { readonly bucket: string; readonly key: string; readonly uploadId: string },
  parts: readonly (readonly [partNumber: number, etag: string])[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const list = parts.map(([n, etag]) => `<Part><PartNumber>${n}</PartNumber><ETag>${etag}</ETag></Part>`).join('');
  return send(emulator, {
    method: 'POST',
    bucket: target.bucket,
    path: `/${encodeKey(target.key)}?uploadId=${target.uploadId}`,
    headers,
    body: `<CompleteMultipartUpload>${list}</CompleteMultipartUpload>`,
  });
}

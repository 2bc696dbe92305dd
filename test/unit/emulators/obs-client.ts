import { createHash, createHmac } from 'node:crypto';
import {
  demoObsAccount,
  type ObsEmulator,
  type ObsEmulatorOptions,
  startObsEmulator,
} from '#test/emulators/obs/emulator.ts';
import { encodeKey, pick, type Reply, sendRaw } from './oss-client.ts';

/** How a request is signed; the header family follows from it. */
export type Scheme = 'OBS' | 'AWS' | 'AWS4';

/** A request of a test. `path` is the raw target of virtual-host style; header names are without the family's prefix. */
export interface Ask {
  readonly method?: string;
  readonly bucket?: string;
  readonly path: string;
  /** Without the family's prefix. */
  readonly own?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly region?: string;
  readonly date?: Date;
  readonly style?: 'path' | 'virtual';
  readonly scheme?: Scheme;
  /** Changes the headers after they have been signed. */
  readonly tamper?: Readonly<Record<string, string>>;
}

const mib = 2 ** 20;

/** The prefix of the scheme's header family. */
export function prefixOf(scheme: Scheme = 'OBS'): string {
  return scheme === 'OBS' ? 'x-obs-' : 'x-amz-';
}

function hmac(hash: string, key: string | Buffer, text: string): Buffer {
  return createHmac(hash, key).update(text).digest();
}

interface Signing {
  readonly ask: Ask;
  readonly headers: Readonly<Record<string, string>>;
  readonly path: string;
  readonly id: string;
  readonly secret: string;
}

/** Version 2 as the documentation describes it, written apart from the emulator's verifier. */
function signV2({ ask, headers, path, id, secret }: Signing): string {
  const scheme = ask.scheme ?? 'OBS';
  const lines = Object.entries(headers)
    .filter(([name]) => name.startsWith(prefixOf(scheme)))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value.trim()}\n`)
    .join('');
  const [bare = '', query = ''] = path.split(/\?(.*)/s);
  const signed = query
    .split('&')
    .filter((field) => /^(uploads|uploadId|partNumber|versionId|versioning|versions|restore|tagging)(=|$)/.test(field))
    .map(decodeURIComponent)
    .sort();
  const resource = ask.style === 'virtual' && ask.bucket !== undefined ? `/${ask.bucket}${bare}` : bare;
  const text = [
    ask.method ?? 'GET',
    headers['content-md5'] ?? '',
    headers['content-type'] ?? '',
    headers['date'],
    `${lines}${resource}${signed.length > 0 ? '?' : ''}${signed.join('&')}`,
  ].join('\n');
  return `${scheme} ${id}:${hmac('sha1', secret, text).toString('base64')}`;
}

function signV4({ ask, headers, path, id, secret }: Signing, region: string): string {
  const time = headers['x-amz-date'] ?? '';
  const [bare = '', query = ''] = path.split(/\?(.*)/s);
  const parameters = query
    .split('&')
    .filter(Boolean)
    .map((field) => (field.includes('=') ? field : `${field}=`))
    .sort();
  const names = Object.keys(headers).sort();
  const canonical = [
    ask.method ?? 'GET',
    bare,
    parameters.join('&'),
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim()}`),
    '',
    names.join(';'),
    headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  const key = scope
    .split('/')
    .reduce<Buffer>((derived, text) => hmac('sha256', derived, text), Buffer.from(`AWS4${secret}`));
  const digest = createHash('sha256').update(canonical).digest('hex');
  const signature = hmac('sha256', key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${digest}`).toString('hex');
  return `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
}

/** The headers of a request before it is signed. */
function headersOf(emulator: ObsEmulator, ask: Ask): Record<string, string> {
  const { host, port } = new URL(emulator.endpoint);
  const date = ask.date ?? emulator.model.now();
  const family = Object.entries(ask.own ?? {}).map(([name, value]) => [`${prefixOf(ask.scheme)}${name}`, value]);
  const dated =
    ask.scheme === 'AWS4'
      ? { 'x-amz-date': date.toISOString().replace(/[-:]|\.\d+/g, ''), 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
      : { date: date.toUTCString() };
  return {
    host: ask.style === 'virtual' && ask.bucket !== undefined ? `${ask.bucket}.localhost:${port}` : host,
    ...dated,
    ...Object.fromEntries(family),
    ...ask.headers,
  };
}

/** Sends a signed request. */
export function send(emulator: ObsEmulator, ask: Ask): Promise<Reply> {
  const { accessKeyId: id, secretAccessKey: secret } = { ...(emulator.accounts[0] ?? demoObsAccount), ...ask };
  const headers = headersOf(emulator, ask);
  const path = ask.style !== 'virtual' && ask.bucket !== undefined ? `/${ask.bucket}${ask.path}` : ask.path;
  const signing = { ask, headers, path, id, secret };
  const authorization = ask.scheme === 'AWS4' ? signV4(signing, ask.region ?? emulator.region) : signV2(signing);
  const body = ask.body ?? '';
  const wire = { ...headers, authorization, 'content-length': String(Buffer.byteLength(body)), ...ask.tamper };
  return sendRaw(emulator.endpoint, ask.method ?? 'GET', path, wire, body);
}

/** The code of an error, from the document or from the headers of a HEAD. */
export function codeOf(reply: Reply): string | undefined {
  return (
    /<Code>([^<]*)<\/Code>/.exec(reply.text)?.[1] ??
    reply.headers['x-obs-error-code'] ??
    reply.headers['x-amz-error-code']
  );
}

/** Status and code, which is what most tests ask for. */
export function outcome(reply: Reply): readonly [number, string | undefined] {
  return [reply.status, codeOf(reply)];
}

/** An emulator with two buckets and a virtual object `raw/s`. */
export async function world(options: ObsEmulatorOptions = {}, size = 3 * mib): Promise<ObsEmulator> {
  const emulator = await startObsEmulator({ buckets: ['raw', 'archive'], ...options });
  emulator.model.putVirtualObject('raw', 's', size, 7);
  return emulator;
}

/** Begins an upload of `archive/d` and gives what the tests do with it. */
export async function upload(emulator: ObsEmulator, own: Record<string, string> = {}, scheme: Scheme = 'OBS') {
  const key = 'd';
  const begin = await send(emulator, { method: 'POST', bucket: 'archive', path: `/${key}?uploads`, own, scheme });
  const uploadId = pick(begin, 'UploadId');
  const ask = (method: string, query: string, more: Partial<Ask> = {}) =>
    send(emulator, {
      method,
      bucket: 'archive',
      path: `/${encodeKey(key)}?${query}uploadId=${uploadId}`,
      scheme,
      ...more,
    });
  return {
    begin,
    uploadId,
    copy: (
      partNumber: number | string,
      range?: string,
      more: Record<string, string> = {},
      source = '/raw/s',
      as: Partial<Ask> = {},
    ) =>
      ask('PUT', `partNumber=${partNumber}&`, {
        own: { 'copy-source': source, ...(range === undefined ? {} : { 'copy-source-range': range }), ...more },
        ...as,
      }),
    put: (partNumber: number, body: Buffer, more: Record<string, string> = {}) =>
      ask('PUT', `partNumber=${partNumber}&`, { body, own: more }),
    complete: (parts: readonly (readonly [number, string])[]) =>
      ask('POST', '', {
        body: `<CompleteMultipartUpload>${parts
          .map(([n, etag]) => `<Part><PartNumber>${n}</PartNumber><ETag>${etag}</ETag></Part>`)
          .join('')}</CompleteMultipartUpload>`,
      }),
    list: (query = '') => ask('GET', query),
    abort: () => ask('DELETE', ''),
  };
}

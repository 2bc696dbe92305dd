import { createHash, createHmac } from 'node:crypto';
import type { QingstorEmulator } from '#test/emulators/qingstor/emulator.ts';
import { encodeKey, type Reply, sendRaw } from './oss-client.ts';

/** A request of a test. `path` is the raw target of virtual-host style, so that a test decides every byte of it. */
export interface Ask {
  readonly method?: string;
  readonly bucket?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly date?: Date;
  readonly style?: 'path' | 'virtual' | 'zone';
  /** Changes the headers after they have been signed. */
  readonly tamper?: Readonly<Record<string, string>>;
}

const signed = /^(acl|part_number|upload_id|uploads|response-[a-z-]+)(=|$)/;

/** The signature as the documentation describes it, written apart from the emulator's verifier. */
export function signature(
  secret: string,
  { method = 'GET', bucket, path }: Ask,
  headers: Readonly<Record<string, string>>,
  dateLine = '',
): string {
  const [resource = '', query = ''] = path.split(/\?(.*)/s);
  const parameters = query
    .split('&')
    .filter((field) => signed.test(field))
    .map((field) => decodeURIComponent(field).replace(/=$/, ''))
    .sort();
  const lines = [
    method,
    headers['content-md5'] ?? '',
    headers['content-type'] ?? '',
    dateLine,
    ...Object.keys(headers)
      .filter((name) => name.startsWith('x-qs-'))
      .sort()
      .map((name) => `${name}:${headers[name]?.trim()}`),
    `${bucket === undefined ? '' : `/${bucket}`}${resource}${parameters.length === 0 ? '' : '?'}${parameters.join('&')}`,
  ];
  return createHmac('sha256', secret).update(lines.join('\n')).digest('base64');
}

/** Sends a signed request. */
export function send(emulator: QingstorEmulator, ask: Ask): Promise<Reply> {
  const [account] = emulator.accounts;
  const style = ask.style ?? 'path';
  const { host, port } = new URL(emulator.endpoint);
  const hosts = {
    path: host,
    virtual: `${ask.bucket}.localhost:${port}`,
    zone: `${ask.bucket}.${emulator.region}.qingstor.com`,
  };
  const headers: Record<string, string> = {
    host: hosts[style],
    'x-qs-date': (ask.date ?? emulator.model.now()).toUTCString(),
    ...ask.headers,
  };
  const secret = ask.secretAccessKey ?? account?.secretAccessKey ?? '';
  const authorization = `QS ${ask.accessKeyId ?? account?.accessKeyId}:${signature(secret, ask, headers)}`;
  const path = style === 'path' && ask.bucket !== undefined ? `/${ask.bucket}${ask.path}` : ask.path;
  const body = ask.body ?? '';
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  const wire = { ...headers, authorization, ...length, ...ask.tamper };
  return sendRaw(emulator.endpoint, ask.method ?? 'GET', path, wire, body);
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(name)
    : undefined;
}

/** A field of an answer's document. */
export function pick(reply: Reply, name: string): unknown {
  return reply.text === '' ? undefined : field(JSON.parse(reply.text), name);
}

/** Status and code of a refusal, which are mostly tested together. */
export function refusalOf(reply: Reply): readonly [number, unknown] {
  return [reply.status, pick(reply, 'code')];
}

/** The three headers of a customer's key. */
export function customerKey(seed: string, prefix = 'x-qs-encryption-customer-'): Record<string, string> {
  const key = createHash('sha256').update(seed).digest();
  return {
    [`${prefix}algorithm`]: 'AES256',
    [`${prefix}key`]: key.toString('base64'),
    [`${prefix}key-md5`]: createHash('md5').update(key).digest('base64'),
  };
}

/** Begins an upload of `archive/d` and gives what the tests do with it. */
export async function upload(emulator: QingstorEmulator, headers: Record<string, string> = {}, key = 'd') {
  const path = `/${encodeKey(key)}`;
  const begun = await send(emulator, { method: 'POST', bucket: 'archive', path: `${path}?uploads`, headers });
  const uploadId = String(pick(begun, 'upload_id'));
  const target = `${path}?upload_id=${uploadId}`;
  return {
    uploadId,
    begun,
    copy: (part: number | string, range?: string, more: Record<string, string> = {}, source = '/raw/s') =>
      send(emulator, {
        method: 'PUT',
        bucket: 'archive',
        path: `${target}&part_number=${part}`,
        headers: {
          'x-qs-copy-source': source,
          ...(range === undefined ? {} : { 'x-qs-copy-range': range }),
          ...more,
        },
      }),
    put: (part: number | string, body: string | Buffer, more: Record<string, string> = {}) =>
      send(emulator, { method: 'PUT', bucket: 'archive', path: `${target}&part_number=${part}`, headers: more, body }),
    complete: (parts: readonly object[], more: Record<string, string> = {}) =>
      send(emulator, {
        method: 'POST',
        bucket: 'archive',
        path: target,
        headers: more,
        body: JSON.stringify({ object_parts: parts }),
      }),
    completeWith: (body: string) => send(emulator, { method: 'POST', bucket: 'archive', path: target, body }),
    list: (query = '') => send(emulator, { bucket: 'archive', path: `${target}${query}` }),
    abort: () => send(emulator, { method: 'DELETE', bucket: 'archive', path: target }),
  };
}

/** Reads the headers of an object. */
export function head(
  emulator: QingstorEmulator,
  bucket: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Reply> {
  return send(emulator, { method: 'HEAD', bucket, path, headers });
}

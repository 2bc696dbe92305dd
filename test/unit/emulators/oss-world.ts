import { type OssEmulator, type OssEmulatorOptions, startOssEmulator } from '#test/emulators/oss/emulator.ts';
import { complete, copyPart, encodeKey, initiate, send } from './oss-client.ts';

/** A mebibyte. */
export const mib = 2 ** 20;

/** An emulator with two buckets and a virtual object `raw/s`. */
export async function world(options: OssEmulatorOptions = {}, size = 3 * mib): Promise<OssEmulator> {
  const emulator = await startOssEmulator({ buckets: ['raw', 'archive'], ...options });
  if (emulator.model.bucket('raw')) {
    emulator.model.putVirtualObject('raw', 's', size, 7);
  }
  return emulator;
}

/** Begins an upload of `archive/d` and gives what the tests do with it. */
export async function upload(emulator: OssEmulator, headers: Record<string, string> = {}, key = 'd') {
  const uploadId = await initiate(emulator, 'archive', key, headers);
  const target = { bucket: 'archive', key, uploadId };
  return {
    uploadId,
    copy: (partNumber: number | string, range?: string, more: Record<string, string> = {}, source = '/raw/s') =>
      copyPart(emulator, { ...target, partNumber }, source, {
        ...(range === undefined ? {} : { 'x-oss-copy-source-range': range }),
        ...more,
      }),
    complete: (parts: readonly (readonly [number, string])[], more: Record<string, string> = {}) =>
      complete(emulator, target, parts, more),
    list: (query = '') =>
      send(emulator, { bucket: 'archive', path: `/${encodeKey(key)}?uploadId=${uploadId}${query}` }),
    abort: () => send(emulator, { method: 'DELETE', bucket: 'archive', path: `/${key}?uploadId=${uploadId}` }),
  };
}

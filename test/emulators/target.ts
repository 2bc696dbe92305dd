import { isIP } from 'node:net';
import { decodePercent, parseQuery, type Query } from './query.ts';
import { Refusal } from './refusal.ts';

/** The raw target of a request, cut at its question mark. */
export function readTarget(target: string): { readonly rawPath: string; readonly query: Query } {
  const question = target.indexOf('?');
  return question < 0
    ? { rawPath: target, query: parseQuery('') }
    : { rawPath: target.slice(0, question), query: parseQuery(target.slice(question + 1)) };
}

/** The Host header without its port; undefined for an IP address, in front of which no bucket can stand. */
export function hostnameOf(host: string): string | undefined {
  const hostname = host.replace(/:\d+$/, '').toLowerCase();
  return isIP(hostname) === 0 ? hostname : undefined;
}

/** Bucket and key of path style. */
export function inPath(rawPath: string): { readonly bucket: string | undefined; readonly key: string | undefined } {
  const [first = '', ...rest] = rawPath.slice(1).split('/');
  const bucket = decodePercent(first);
  return { bucket: bucket === '' ? undefined : bucket, key: keyOf(rest.join('/')) };
}

/** A key as it stands in a path; nothing stands for none. */
export function keyOf(encoded: string): string | undefined {
  return encoded === '' ? undefined : decodePercent(encoded);
}

/** Refuses a bucket name of the wrong form. */
export function checkBucketName(bucket: string | undefined, form: RegExp): void {
  if (bucket !== undefined && !form.test(bucket)) {
    throw new Refusal(400, 'InvalidBucketName', 'The specified bucket is not valid.', {
      fields: { BucketName: bucket },
    });
  }
}

/** What a copy-source header names. */
export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/**
 * Takes a copy source apart. The order matters: the first raw `?` begins the version, because one in a key is `%3F`; decoding
 * comes before the split at `/`, because some clients encode even that one; and only one leading `/` goes, keys may have more.
 */
export function parseCopySource(
  value: string,
  { decode = decodePercent, refusal }: { readonly decode?: (text: string) => string; readonly refusal: () => Refusal },
): CopySource {
  const question = value.indexOf('?');
  const versionId = question < 0 ? undefined : parseQuery(value.slice(question + 1)).get('versionId');
  const path = decode(question < 0 ? value : value.slice(0, question)).replace(/^\//, '');
  const slash = path.indexOf('/');
  if (slash < 1 || slash === path.length - 1) {
    throw refusal();
  }
  return { bucket: path.slice(0, slash), key: path.slice(slash + 1), versionId };
}

/** The refusal for a key or version that does not exist. */
export function missing(key: string, versionId?: string): Refusal {
  return versionId === undefined
    ? new Refusal(404, 'NoSuchKey', 'The specified key does not exist.', { fields: { Key: key } })
    : new Refusal(404, 'NoSuchVersion', 'The specified version does not exist.', {
        fields: { Key: key, VersionId: versionId },
      });
}

import { CopyError } from '@objectferry/shared/errors.ts';
import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';
import { quoted } from '../../../shared/quoted.ts';

const Flags = v.strictObject({
  stores: v.string(),
  stateFolder: v.optional(v.string()),
  json: v.optional(v.boolean(), false),
  overwrite: v.optional(v.string()),
  ifSourceEtag: v.optional(v.string()),
  ifSourceNoneEtag: v.optional(v.string()),
  ifSourceModifiedSince: v.optional(v.string()),
  ifSourceUnmodifiedSince: v.optional(v.string()),
  tags: v.optional(v.string()),
  acl: v.optional(v.string()),
  storageClass: v.optional(v.string()),
  encryption: v.optional(v.string()),
  encryptionKeyId: v.optional(v.string()),
  encryptionKeySecret: v.optional(v.string()),
  sourceKeySecret: v.optional(v.string()),
  partSizeMib: v.optional(v.string()),
  maxInFlight: v.optional(v.string()),
  copiesAtOnce: v.optional(v.string()),
  maxDollars: v.optional(v.string()),
  onFailure: v.optional(v.string()),
  requireChecksum: v.optional(v.boolean()),
  token: v.optional(v.boolean()),
  verify: v.optional(v.string()),
  options: v.optional(v.string()),
  endpoint: v.optional(v.string()),
  auth: v.optional(v.string()),
  region: v.optional(v.string()),
  detach: v.optional(v.boolean()),
  idempotencyKey: v.optional(v.string()),
});
/** The flags of `objectferry copy`, as the shell gave them. */
export type Flags = v.InferOutput<typeof Flags>;

/** Types the untyped flags of the command-line library. */
export function parseFlags(flags: unknown): Flags {
  return parse(Flags, flags, 'The command line');
}

/**
 * The request that the command line describes, still to be parsed: flags win over `--options`.
 *
 * @throws CopyError InvalidRequest when `--options` is not a JSON object, or a number is not one.
 */
export function requestFrom(source: string, destination: string, flags: Flags): unknown {
  const given = jsonOptions(flags.options);
  const ifSource = defined({
    etag: flags.ifSourceEtag,
    noneEtag: flags.ifSourceNoneEtag,
    modifiedSince: flags.ifSourceModifiedSince,
    unmodifiedSince: flags.ifSourceUnmodifiedSince,
  });
  const encryption = defined({
    kind: flags.encryption,
    keyId: flags.encryptionKeyId,
    keySecret: flags.encryptionKeySecret,
  });
  const options = defined({
    overwrite: flags.overwrite,
    ifSource: merged(given['ifSource'], ifSource),
    tags: flags.tags,
    acl: flags.acl,
    storageClass: flags.storageClass,
    encryption: merged(given['encryption'], encryption),
    sourceEncryption:
      flags.sourceKeySecret === undefined ? undefined : { kind: 'customer', keySecret: flags.sourceKeySecret },
    partSizeMiB: wholeNumber('--part-size-mib', flags.partSizeMib),
    maxInFlight: wholeNumber('--max-in-flight', flags.maxInFlight),
    copiesAtOnce: wholeNumber('--copies-at-once', flags.copiesAtOnce),
    maxDollars: dollars('--max-dollars', flags.maxDollars),
    onFailure: flags.onFailure,
    requireChecksum: flags.requireChecksum,
    // The library gives a --no- flag a default, which must not win over --options.
    token: flags.token === false ? false : undefined,
    verify: flags.verify,
  });
  return { source, destination, options: { ...given, ...options } };
}

/** Flags over fields of the same object: a condition that only `--options` names must not get lost. */
function merged(given: unknown, flags: Record<string, unknown>): Record<string, unknown> | undefined {
  if (Object.keys(flags).length === 0) return undefined;
  return isObject(given) ? { ...given, ...flags } : flags;
}

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function wholeNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new CopyError('InvalidRequest', `${flag} is ${quoted(text)}: give a whole number.`);
}

function dollars(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  throw new CopyError('InvalidRequest', `${flag} is ${quoted(text)}: give dollars, for example 0.05.`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function jsonOptions(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Falls through to the one sentence for both mistakes.
  }
  throw new CopyError(
    'InvalidRequest',
    `--options is not a JSON object: write for example '{"metadata": {"contentType": "video/mp4"}}'.`,
  );
}

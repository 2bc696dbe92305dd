import type { ErrorName } from '../../errors.ts';
import type { ObjectVersion } from '../provider.ts';
import { clean } from './error-document.ts';
import type { StoreRequest } from './request.ts';

/** What a provider contributes to a sentence. */
interface Words {
  readonly title: string;
  /** What it said itself. */
  readonly message: string;
  /** What it calls a region. */
  readonly regionWord?: string | undefined;
}

/** The sentence of an error: what failed, in words that hold nothing of the request but bucket, key and operation. */
export function errorSentence(
  name: ErrorName,
  { title, message, regionWord = 'region' }: Words,
  request: StoreRequest,
): string {
  const target = named(request);
  const source = request.source === undefined ? target : named(request.source);
  const sentence = SENTENCES[name];
  if (sentence !== undefined) return sentence(title, source, target, regionWord);
  const said = clean(message);
  return `${title} refused ${request.operation} for ${target}${said === '' ? '.' : `: ${said}`}`;
}

/** Bucket and key as they stand in a sentence. */
export function named({ bucket, key }: Pick<StoreRequest, 'bucket' | 'key'>): string {
  return JSON.stringify(key === undefined ? bucket : `${bucket}/${key}`);
}

/** The sentence of a read that met a delete marker: the version that was named, or else the current one. */
export function deleteMarkerSentence(source: ObjectVersion): string {
  return source.versionId === undefined
    ? `${named(source)} is deleted: its current version is a delete marker.`
    : `The version asked for of ${named(source)} is a delete marker.`;
}

type Sentence = (title: string, source: string, target: string, regionWord: string) => string;

const SENTENCES: Readonly<Partial<Record<ErrorName, Sentence>>> = {
  Throttled: (title) => `${title} asks for fewer requests.`,
  ProviderUnavailable: (title) => `${title} failed.`,
  Timeout: (title) => `${title} gave up waiting for the request.`,
  IncompleteAnswer: (title) =>
    `${title} received other bytes than were sent, or reported success with an error document.`,
  SourceNotFound: (_, source) => `There is no ${source}.`,
  SourceChanged: (_, source) => `The range is beyond the end of ${source}, which was longer before.`,
  SourceArchived: (_, source) => `${source} is archived and has to be restored first.`,
  SourceNotCopyable: (title, source) => `${source} is an appendable object, which ${title} does not copy here.`,
  PreconditionFailed: (_, source) => `The condition on ${source} does not hold.`,
  DestinationExists: (_, __, target) => `${target} exists already.`,
  AccessDenied: (title, source, target) =>
    source === target
      ? `${title} denies access to ${target}.`
      : `${title} denies reading ${source} or writing ${target}.`,
  Unauthenticated: (title) => `${title} does not accept the credentials or the signature.`,
  BucketNotFound: (_, source, target) => `The bucket of ${either(source, target)} does not exist.`,
  Immutable: (_, source, target) =>
    `The object you specified is immutable. A retention policy protects ${either(source, target)}.`,
  RegionMismatch: (_, source, target, regionWord) =>
    source === target
      ? `${target} is in another ${regionWord} than the endpoint of this store.`
      : `${source}, ${target} and the endpoint of this store are not in one ${regionWord}.`,
  UploadGone: (_, __, target) => `The multipart upload of ${target} does not exist (any more).`,
  TooLarge: (title, source) => `${source} is too large for one request of ${title}.`,
  ChecksumMismatch: (title, _, target) =>
    `${title} does not have the parts of ${target} with the ETags they were given.`,
};

function either(source: string, target: string): string {
  return source === target ? target : `${source} or ${target}`;
}

import { compareKeys, type ObjectModel } from './object-model.ts';
import type { StoredPart, StoredVersion, Upload } from './object-types.ts';
import { encodePercent, type Query } from './query.ts';
import type { Refusal } from './refusal.ts';

/** What a listing shows on one page: things with a key, and prefixes that stand for many of them. */
interface Page<T> {
  readonly items: readonly T[];
  readonly prefixes: readonly string[];
  /** The last thing or prefix shown, where more follows. */
  readonly next: Entry<T> | undefined;
}

/** A line of a listing: a thing, or the prefix that many of them share. */
interface Entry<T> {
  readonly key: string;
  readonly item: T | undefined;
}

/** What is listed, and from where. */
interface Wanted {
  readonly prefix: string;
  readonly delimiter: string;
  readonly marker: string;
  readonly most: number;
}

/** A page of the current objects of a bucket: neither older versions nor delete markers. */
export function objectsPage(model: ObjectModel, bucket: string, wanted: Wanted): Page<StoredVersion> {
  const current = model.listVersions(bucket).filter((version) => model.getObject(bucket, version.key) === version);
  return paginate(current, wanted, () => false);
}

/** A page of the open uploads of a bucket. Without a key marker the upload id marker means nothing. */
export function uploadsPage(
  model: ObjectModel,
  bucket: string,
  { uploadIdMarker, ...wanted }: Wanted & { readonly uploadIdMarker: string },
): Page<Upload> {
  const idMarker = wanted.marker === '' ? '' : uploadIdMarker;
  return paginate(
    model.openUploads(bucket),
    wanted,
    ({ uploadId }) => idMarker !== '' && compareKeys(uploadId, idMarker) > 0,
  );
}

/** The parts behind a part number, ascending, and whether there are more than fit. */
export function partsPage(
  { parts }: Upload,
  { after, most }: { readonly after: number; readonly most: number },
): { readonly parts: readonly StoredPart[]; readonly truncated: boolean; readonly last: number } {
  const later = [...parts.values()]
    .filter(({ partNumber }) => partNumber > after)
    .sort((a, b) => a.partNumber - b.partNumber);
  const page = later.slice(0, most);
  return { parts: page, truncated: later.length > page.length, last: page.at(-1)?.partNumber ?? after };
}

/** All versions below a prefix, delete markers apart, and what a listing says of each; one page is enough for tests. */
export function versionsPage(model: ObjectModel, bucket: string, prefix: string) {
  const all = model.listVersions(bucket).filter(({ key }) => key.startsWith(prefix));
  return {
    versions: all.filter(({ deleteMarker }) => !deleteMarker),
    markers: all.filter(({ deleteMarker }) => deleteMarker),
    factsOf: (version: StoredVersion) => ({
      VersionId: version.versionId,
      IsLatest: model.version(bucket, version.key) === version,
    }),
  };
}

/** How names in an answer are encoded. */
interface NameEncoding {
  readonly name: 'url' | undefined;
  readonly encode: (text: string) => string;
}

/**
 * As they are, or as `encoding-type=url` asks.
 *
 * @param refusal what another encoding gets. @param encodeUrl percent-encodes slashes too if not said otherwise.
 */
export function nameEncoding(
  query: Query,
  refusal: (asked: string) => Refusal,
  encodeUrl: (text: string) => string = encodePercent,
): NameEncoding {
  const asked = query.get('encoding-type') ?? '';
  if (asked === '') {
    return { name: undefined, encode: (text) => text };
  }
  if (asked !== 'url') {
    throw refusal(asked);
  }
  return { name: 'url', encode: encodeUrl };
}

/**
 * Cuts one page out of things that are sorted by key.
 *
 * @param goesOn whether a thing whose key is the marker itself still has to be shown.
 */
function paginate<T extends { readonly key: string }>(
  sorted: readonly T[],
  wanted: Wanted,
  goesOn: (item: T) => boolean,
): Page<T> {
  const entries = new Map<T | string, Entry<T>>();
  for (const thing of sorted) {
    const entry = entryOf(thing, wanted, goesOn);
    if (entry) {
      entries.set(entry.item ?? entry.key, entry);
    }
  }
  const shown = [...entries.values()].slice(0, wanted.most);
  return {
    items: shown.flatMap(({ item }) => (item === undefined ? [] : [item])),
    prefixes: shown.flatMap(({ key, item }) => (item === undefined ? [key] : [])),
    next: entries.size > shown.length ? shown.at(-1) : undefined,
  };
}

/** What a thing is shown as: itself, the prefix it shares, or nothing on this page. */
function entryOf<T extends { readonly key: string }>(
  item: T,
  { prefix, delimiter, marker }: Wanted,
  goesOn: (item: T) => boolean,
): Entry<T> | undefined {
  const order = compareKeys(item.key, marker);
  const later = order > 0 || (order === 0 && goesOn(item));
  if (!item.key.startsWith(prefix) || !later) {
    return;
  }
  const end = delimiter === '' ? -1 : item.key.indexOf(delimiter, prefix.length);
  if (end < 0) {
    return { key: item.key, item };
  }
  const common = item.key.slice(0, end + delimiter.length);
  return common === marker ? undefined : { key: common, item: undefined };
}

import { compareKeys } from '../object-model.ts';
import { encodePercent } from '../query.ts';
import { invalid, type ObsCall } from './context.ts';

const mostEntries = 1000;

/** The number of entries a listing may have; what is above 1000 gives 1000. */
export function pageSize({ query }: ObsCall, name: string): number {
  const text = query.get(name);
  if (text === undefined || text === '') {
    return mostEntries;
  }
  if (!/^\d+$/.test(text) || Number(text) < 1) {
    throw invalid('InvalidArgument', `Argument ${name} must be an integer between 1 and ${mostEntries}.`);
  }
  return Math.min(Number(text), mostEntries);
}

/** How names in an answer are encoded: as they are, or as `encoding-type=url` asks. */
export function encodingOf({ query }: Pick<ObsCall, 'query'>): {
  readonly name: 'url' | undefined;
  readonly encode: (text: string) => string;
} {
  const asked = query.get('encoding-type');
  if (asked !== undefined && asked !== '' && asked !== 'url') {
    throw invalid('InvalidArgument', 'Invalid Encoding Method specified in Request.');
  }
  return asked === 'url' ? { name: 'url', encode: encodePercent } : { name: undefined, encode: (text) => text };
}

/** What a listing shows on one page: things with a key, and prefixes that stand for many of them. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly prefixes: readonly string[];
  /** The last thing or prefix shown, where more follows. */
  readonly next: { readonly key: string; readonly item: T | undefined } | undefined;
}

/** What is listed, and from where. */
export interface Wanted<T> {
  readonly prefix: string;
  readonly delimiter: string;
  readonly marker: string;
  readonly most: number;
  /** Whether a thing whose key is the marker itself still has to be shown. */
  readonly afterMarker?: (item: T) => boolean;
}

type Entry<T> = NonNullable<Page<T>['next']>;

/** What a thing is shown as: itself, the prefix it shares, or nothing on this page. */
function entryOf<T extends { readonly key: string }>(item: T, wanted: Wanted<T>): Entry<T> | undefined {
  const { prefix, delimiter, marker, afterMarker } = wanted;
  const order = compareKeys(item.key, marker);
  const later = order > 0 || (order === 0 && afterMarker?.(item) === true);
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

/** Cuts one page out of things that are sorted by key. */
export function paginate<T extends { readonly key: string }>(sorted: readonly T[], wanted: Wanted<T>): Page<T> {
  const entries = new Map<T | string, Entry<T>>();
  for (const thing of sorted) {
    const entry = entryOf(thing, wanted);
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

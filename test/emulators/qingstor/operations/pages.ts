import { Refusal } from '../../refusal.ts';
import type { QingstorCall } from '../context.ts';

const mostEntries = 1000;
const usualEntries = 200;

/** One page of a listing by key. */
interface Page<T> {
  readonly items: readonly T[];
  /** What many keys begin with, up to the delimiter. */
  readonly prefixes: readonly string[];
  readonly truncated: boolean;
  /** The last entry: the key or common prefix where the next page goes on. */
  readonly lastKey: string;
  readonly lastItem: T | undefined;
}

/** The number of entries a page may have: 1 to 1000, 200 if not said otherwise. */
export function limitOf({ query }: QingstorCall): number {
  const text = query.get('limit') ?? '';
  if (text === '') {
    return usualEntries;
  }
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1 || limit > mostEntries) {
    throw new Refusal(400, 'invalid_argument', `The limit must be an integer from 1 to ${mostEntries}.`);
  }
  return limit;
}

/** Which keys a listing is about, and where and how far it goes. */
interface Cut {
  readonly prefix: string;
  readonly delimiter: string;
  readonly marker: string;
  readonly limit: number;
}

/** Cuts a page out of items that are sorted by key and lie behind the marker. */
export function cutPage<T extends { readonly key: string }>(items: readonly T[], cut: Cut): Page<T> {
  const entries = grouped(items, cut);
  const page = entries.slice(0, cut.limit);
  const last = page.at(-1);
  return {
    items: page.flatMap(({ item }) => (item === undefined ? [] : [item])),
    prefixes: page.flatMap(({ key, item }) => (item === undefined ? [key] : [])),
    truncated: entries.length > page.length,
    lastKey: last?.key ?? '',
    lastItem: last?.item,
  };
}

/** A line of a listing: an item, or the common prefix of many. */
interface Entry<T> {
  readonly key: string;
  readonly item: T | undefined;
}

function grouped<T extends { readonly key: string }>(
  items: readonly T[],
  { prefix, delimiter, marker }: Cut,
): readonly Entry<T>[] {
  // A page that ended with a common prefix is continued behind everything that it stands for.
  const seen = new Set([marker]);
  return items
    .filter(({ key }) => key.startsWith(prefix))
    .flatMap((item): Entry<T>[] => {
      const end = delimiter === '' ? -1 : item.key.indexOf(delimiter, prefix.length);
      if (end < 0) {
        return [{ key: item.key, item }];
      }
      const common = item.key.slice(0, end + delimiter.length);
      if (seen.has(common)) {
        return [];
      }
      seen.add(common);
      return [{ key: common, item: undefined }];
    });
}

import type {
  Encryption,
  ListedPart,
  ListUploadsRequest,
  ObjectStore,
  OpenUpload,
  Upload,
  UploadsMarker,
} from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { clockAheadMs } from './inspect.ts';
import { withRetry } from './retry.ts';

/** All parts with a number above `after` and up to `last`, ascending. @throws CopyError UploadGone */
export async function listParts(
  runtime: Runtime,
  client: ObjectStore,
  upload: Upload,
  // No upload has more; a list that always goes on ends there.
  { after = 0, last = client.limits.maxParts, encryption }: ListPartsOptions = {},
): Promise<ListedPart[]> {
  const listed: ListedPart[] = [];
  let from = after;
  while (from < last) {
    const limit = Math.min(client.limits.maxPageItems, last - from);
    const request = { upload, after: from, limit, encryption };
    const page = await withRetry(runtime, () => client.listParts(request));
    listed.push(...page.parts.filter((part) => part.partNumber <= last));
    // A page that does not move on would be asked for again for ever.
    if (page.next === undefined || page.next <= from) break;
    from = page.next;
  }
  return listed;
}

interface ListPartsOptions {
  readonly after?: number;
  readonly last?: number;
  /** As the upload began with it. */
  readonly encryption?: Encryption | undefined;
}

/** Nobody has so many uploads of one key open; a list that always goes on ends there. */
const MOST_UPLOAD_PAGES = 100;

/** An open upload, as a list has it. */
export interface FoundUpload extends OpenUpload {
  /** When it was opened by our clock, as far as the provider says what its own one shows. */
  readonly begun: Date;
}

interface FoundPage {
  readonly uploads: readonly FoundUpload[];
  readonly next: UploadsMarker | undefined;
}

/** The pages of a bucket's open uploads, of keys that begin with the prefix if there is one. */
export async function* uploadsPages(
  runtime: Runtime,
  client: ObjectStore,
  place: Pick<ListUploadsRequest, 'bucket' | 'prefix'>,
): AsyncGenerator<FoundPage> {
  const seen = new Set<string>();
  let after: UploadsMarker | undefined;
  do {
    const page = await uploadsPage(runtime, client, { ...place, after });
    yield page;
    after = page.next;
    const marker = JSON.stringify(after);
    // A marker met twice is a loop.
    if (seen.has(marker)) return;
    seen.add(marker);
  } while (after !== undefined);
}

async function uploadsPage(runtime: Runtime, client: ObjectStore, request: ListUploadsRequest): Promise<FoundPage> {
  let asked = runtime.clock.now();
  const { uploads, next, answeredAt } = await withRetry(runtime, () => {
    asked = runtime.clock.now();
    return client.listUploads(request);
  });
  const now = runtime.clock.now();
  const aheadMs = clockAheadMs(answeredAt ?? now, { asked, now });
  const begun = ({ initiated }: OpenUpload): Date => new Date(initiated.getTime() - aheadMs);
  return { uploads: uploads.map((upload) => ({ ...upload, begun: begun(upload) })), next };
}

/** All open uploads of exactly this key. */
export async function listUploadsOf(
  runtime: Runtime,
  client: ObjectStore,
  { bucket, key }: { readonly bucket: string; readonly key: string },
): Promise<FoundUpload[]> {
  const found: FoundUpload[] = [];
  let left = MOST_UPLOAD_PAGES;
  for await (const { uploads, next } of uploadsPages(runtime, client, { bucket, prefix: key })) {
    found.push(...uploads.filter((upload) => upload.key === key));
    left -= 1;
    // Every key listed begins with the prefix, so the key itself comes first.
    if (next?.key !== key || left < 0) break;
  }
  return found;
}

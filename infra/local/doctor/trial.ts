import { CopyError } from '@objectferry/shared/errors.ts';
import { TOKEN_METADATA } from '@objectferry/shared/naming.ts';
import type {
  CreatedUpload,
  NewObject,
  ObjectStore,
  Upload,
  WrittenObject,
} from '@objectferry/shared/provider/provider.ts';
import { type Right, SCRATCH_PREFIX } from './permissions.ts';
import { type Persist, removeScratch, type Scratch } from './scratch.ts';

/** What is needed to try a bucket. */
export interface TrialParts {
  readonly store: string;
  readonly bucket: string;
  readonly client: ObjectStore;
  /** A text that nobody else has. */
  readonly token: string;
  readonly persist: Persist;
  /** Ends the trial, and not the removal of what it made. */
  readonly signal: AbortSignal;
}

/** What a trial found. */
export interface TrialResult {
  readonly missing: ReadonlySet<Right>;
  /** What went wrong besides missing rights. */
  readonly problem?: CopyError | undefined;
  readonly left: readonly string[];
}

const CONTENT = Buffer.from('objectferry\n');
const FIRST = 1;

/**
 * Copies a few bytes in a bucket with every request that a copy makes, and removes everything again, whatever happened.
 * Nothing is finished that could not be deleted, and nothing is opened that could not be aborted.
 */
export async function tryBucket({ store, bucket, client, token, persist, signal }: TrialParts): Promise<TrialResult> {
  const folder = `${SCRATCH_PREFIX}${token}`;
  const keys = ['object', 'whole', 'parts'].map((name) => `${folder}/${name}`);
  const scratch: Scratch = { store, bucket, keys, uploadIds: new Map(), written: new Map() };
  const missing = new Set<Right>();
  const trial = new Trial({ client, bucket, token, persist, signal, scratch, missing });
  let problem: CopyError | undefined;
  try {
    await trial.run();
  } catch (error) {
    if (!(error instanceof CopyError)) throw error;
    problem = error;
  }
  // Where nothing could be opened, there is nothing to look for.
  const left = trial.opened ? await removeScratch(client, scratch, persist) : [];
  return { missing, problem, left };
}

type PutPart = (upload: Upload) => Promise<unknown>;

interface Parts extends Pick<TrialParts, 'client' | 'bucket' | 'token' | 'persist' | 'signal'> {
  readonly scratch: Scratch;
  readonly missing: Set<Right>;
}

class Trial {
  readonly #parts: Parts;
  /** True once something may have been written. */
  opened = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    const { client, bucket, scratch, missing } = this.#parts;
    const [object = '', whole = '', parts = ''] = scratch.keys;
    await this.#mayRemove(object);
    const seesAbsence = await this.#seesAbsence(object);
    if (missing.has('abort')) return;
    const source = { bucket, key: object };
    const uploaded = await this.#upload(object, (upload) =>
      client.uploadPart({ upload, partNumber: FIRST, body: CONTENT }),
    );
    if (uploaded === undefined || !(await this.#readBack(object))) return;
    // Now it is certain that it was not the right to read that was missing.
    if (!seesAbsence) missing.add('seeAbsence');
    if (client.capabilities.tags) await this.#step('readTags', () => client.getTagging(source));
    const copied = await this.#step('write', () =>
      client.copyObject({ source, destination: { bucket, key: whole }, object: this.#newObject() }),
    );
    if (copied !== undefined) {
      scratch.written.set(whole, copied.versionId);
      await this.#readBack(whole);
    }
    const joined = await this.#uploadTagged(parts, (upload) =>
      // Without a range, as every copy does with a single part: Amazon refuses ranges of small objects.
      client.uploadPartCopy({ upload, partNumber: FIRST, source }),
    );
    if (joined !== undefined) await this.#readBack(parts);
  }

  /** Asks to remove what is not there: a provider says first whether that is allowed. */
  async #mayRemove(key: string): Promise<void> {
    const { client, bucket } = this.#parts;
    // The null version of a key that never was: a delete without a version would add a marker.
    const versionId = client.capabilities.versions ? 'null' : undefined;
    await this.#step('delete', () => client.deleteObject({ bucket, key, versionId }).catch(unlessAllowed));
    const upload = { bucket, key, uploadId: 'objectferry-doctor' };
    await this.#step('abort', () => client.abortUpload(upload).catch(unlessAllowed));
  }

  /** Some providers answer "denied" for what is not there to those who may not list: a copy needs to know. */
  async #seesAbsence(key: string): Promise<boolean> {
    const { client, bucket, persist } = this.#parts;
    try {
      await persist(() => client.head({ object: { bucket, key } }));
    } catch (error) {
      if (!(error instanceof CopyError)) throw error;
      return error.name !== 'AccessDenied';
    }
    return true;
  }

  /** The same with a tag, as a copy of a tagged object has it; without one where tags may not be written. */
  async #uploadTagged(key: string, putPart: PutPart): Promise<WrittenObject | undefined> {
    const { client, bucket } = this.#parts;
    if (!client.capabilities.tags) return this.#upload(key, putPart);
    const object = { ...this.#newObject(), tags: { objectferry: 'doctor' } };
    const created = await this.#step('writeTags', () => client.createUpload({ bucket, key, object }));
    return created === undefined ? this.#upload(key, putPart) : this.#finish(key, created, putPart);
  }

  /** Writes an object of one part. @returns undefined when a right was missing. */
  async #upload(key: string, putPart: PutPart): Promise<WrittenObject | undefined> {
    const { client, bucket } = this.#parts;
    this.opened = true;
    const created = await this.#step('write', () => client.createUpload({ bucket, key, object: this.#newObject() }));
    return created === undefined ? undefined : this.#finish(key, created, putPart);
  }

  async #finish(key: string, created: CreatedUpload, putPart: PutPart): Promise<WrittenObject | undefined> {
    const { client, bucket, scratch, missing } = this.#parts;
    scratch.uploadIds.set(created.uploadId, key);
    const upload = { bucket, key, uploadId: created.uploadId };
    const put = await this.#step('write', () => putPart(upload));
    if (put === undefined) return undefined;
    const page = await this.#step('listParts', () => client.listParts({ upload }));
    const [part] = page?.parts ?? [];
    if (part === undefined || missing.has('delete')) return undefined;
    const request = { upload, parts: [{ partNumber: FIRST, etag: part.etag }], overwrite: true };
    const written = await this.#step('write', () => client.completeUpload(request));
    if (written === undefined) return undefined;
    scratch.uploadIds.delete(created.uploadId);
    scratch.written.set(key, written.versionId);
    return written;
  }

  /** @returns whether the bytes are those that were written. @throws CopyError ChecksumMismatch */
  async #readBack(key: string): Promise<boolean> {
    const { client, bucket } = this.#parts;
    const facts = await this.#step('read', () => client.head({ object: { bucket, key } }));
    const object = { bucket, key, versionId: facts?.versionId };
    const range = { offset: 0, length: CONTENT.byteLength };
    const bytes = facts && (await this.#step('read', () => client.getRange({ object, range })));
    if (bytes === undefined) return false;
    if (CONTENT.equals(bytes)) return true;
    throw new CopyError('ChecksumMismatch', `${bucket}/${key} holds other bytes than were written.`);
  }

  /** @returns undefined when it is not allowed, which is noted. @throws CopyError for everything else. */
  async #step<T>(right: Right, request: () => Promise<T>): Promise<T | undefined> {
    if (this.#parts.signal.aborted) throw new CopyError('Unknown', 'The doctor was stopped.');
    try {
      return await this.#parts.persist(request);
    } catch (error) {
      if (!(error instanceof CopyError) || error.name !== 'AccessDenied') throw error;
      this.#parts.missing.add(right);
      return undefined;
    }
  }

  /** With the token of copies, so that rules about new objects leave the doctor's alone. */
  #newObject(): NewObject {
    return { headers: {}, metadata: { [TOKEN_METADATA]: this.#parts.token }, tags: {}, overwrite: true };
  }
}

/** Providers have several words for what is not there; only a refusal and an outage mean something else. */
function unlessAllowed(error: unknown): void {
  const absent =
    error instanceof CopyError && ['UploadGone', 'SourceNotFound', 'InvalidRequest', 'Unknown'].includes(error.name);
  if (!absent) throw error;
}

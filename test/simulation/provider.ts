import type { HttpRequest } from '@objectferry/shared/http/transport.ts';
import type { Answer } from '../emulators/answer.ts';
import { Content } from '../emulators/content.ts';
import type { Fault } from '../emulators/fault-plan.ts';
import type { StoredVersion, Upload } from '../emulators/object-types.ts';
import type { Chance } from './chance.ts';
import type { Invocation } from './invocation.ts';
import { type Operation, operationOf, uploadIdOf } from './operation.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { Witness } from './witness.ts';
import { CONTENT, DESTINATION, SOURCE, type World } from './world.ts';

/** So long may a handler that was frozen go on, or a request be under way, after the copy has ended. */
const LATE_MS = 7_200_000;

/** Works on a request that has arrived. */
export type Work = (fault: Fault | undefined) => Answer;

/** Emulators work in no time. This one's parts take a while, with what providers say may come of that. */
export class Provider {
  readonly #world: World;
  readonly #witness: Witness;
  readonly #time: VirtualTime;
  readonly #chance: Chance;
  /** Parts that are being copied, by upload. */
  readonly #underWay = new Map<string, number>();

  constructor({ world, witness, time, chance }: { world: World; witness: Witness; time: VirtualTime; chance: Chance }) {
    this.#world = world;
    this.#witness = witness;
    this.#time = time;
    this.#chance = chance;
  }

  /** A request has arrived. */
  begin(invocation: Invocation, request: HttpRequest): Work {
    const operation = operationOf(request);
    const uploadId = uploadIdOf(request) ?? '';
    const upload = this.#upload(uploadId);
    const isPart = operation === 'UploadPartCopy' && upload !== undefined;
    if (isPart) this.#underWay.set(uploadId, (this.#underWay.get(uploadId) ?? 0) + 1);
    return (fault) => {
      if (isPart) {
        this.#underWay.set(uploadId, (this.#underWay.get(uploadId) ?? 1) - 1);
        this.#mayRevive(upload);
      }
      if (operation === 'CompleteMultipartUpload' && upload !== undefined) this.#mayRot(upload);
      const before = this.#look();
      const answer = this.#watched(invocation, request, operation, fault);
      this.#compare(before, this.#look(), { by: invocation, operation });
      if (operation === 'AbortMultipartUpload' && upload !== undefined) this.#mayStay(upload);
      return answer;
    };
  }

  #upload(uploadId: string): Upload | undefined {
    return this.#world.model.bucket(DESTINATION.bucket)?.uploads.get(uploadId);
  }

  /** A part that was under way when its upload was aborted may land all the same, and the upload be there again. */
  #mayRevive(upload: Upload): void {
    const bucket = this.#world.model.bucket(DESTINATION.bucket);
    const aborted = this.#witness.aborted.has(upload.uploadId);
    if (!aborted || bucket === undefined || bucket.uploads.has(upload.uploadId) || !this.#chance.yes(0.5)) return;
    upload.parts.clear();
    bucket.uploads.set(upload.uploadId, upload);
    this.#witness.revived.set(upload.uploadId, this.#time.now);
    this.#witness.tell('provider', () => 'a part lands behind the abort, and the upload is there again');
  }

  /** Bytes change where they lie; the ETag was computed before, the checksum of the whole object is computed after that. */
  #mayRot(upload: Upload): void {
    const { scenario, variant, model } = this.#world;
    const part = upload.parts.get(1);
    // Where there is no checksum of the whole nobody could notice.
    if (!scenario.rots || variant.provider !== 'oss' || part === undefined) return;
    const content = Content.virtual(CONTENT.stranger, part.content.size);
    model.putPart(upload, { ...part, content, crc64: content.crc64() });
    this.#witness.rotten = true;
    this.#witness.tell('provider', () => 'bytes of part 1 have changed where they lie');
  }

  /** An abort may have to be repeated while parts are under way: it is answered as done, and is not. */
  #mayStay(upload: Upload): void {
    const bucket = this.#world.model.bucket(DESTINATION.bucket);
    if (bucket === undefined || bucket.uploads.has(upload.uploadId)) return;
    if ((this.#underWay.get(upload.uploadId) ?? 0) === 0 || !this.#chance.yes(0.5)) return;
    bucket.uploads.set(upload.uploadId, upload);
    this.#witness.tell('provider', () => 'parts are under way, so the upload is still there');
  }

  #watched(invocation: Invocation, request: HttpRequest, operation: Operation, fault: Fault | undefined): Answer {
    const answer = this.#world.respond(request, fault);
    if (invocation.task === 'CopySpan' && operation === 'ListParts') this.#witness.spanListedAt = this.#time.now;
    if (invocation.task === 'Abort') this.#witness.abortWorkedAt = this.#time.now;
    if (operation === 'HeadObject' && request.target.includes(`/${DESTINATION.key}`) && answer.status !== 0) {
      invocation.lookedAt = this.#time.now;
    }
    return answer;
  }

  #look(): Look {
    const { model } = this.#world;
    const bucket = model.bucket(DESTINATION.bucket);
    return {
      source: model.version(SOURCE.bucket, SOURCE.key),
      destination: model.version(DESTINATION.bucket, DESTINATION.key),
      versions: new Set(bucket?.objects.get(DESTINATION.key)),
      uploads: new Map(bucket?.uploads),
    };
  }

  #compare(before: Look, after: Look, doing: Doing): void {
    const { by, operation } = doing;
    const witness = this.#witness;
    if (before.source !== after.source) witness.accuse('touched', `${by.name} has changed the source by ${operation}.`);
    if (before.versions.size > 0 && after.versions.size === 0) {
      witness.accuse('touched', `${by.name} has deleted the destination by ${operation}.`);
    }
    for (const version of after.versions) {
      if (!before.versions.has(version)) this.#written(before.destination, version, by, operation);
    }
    this.#compareUploads(before.uploads, after.uploads, doing);
  }

  #compareUploads(
    before: ReadonlyMap<string, Upload>,
    after: ReadonlyMap<string, Upload>,
    { by, operation }: Doing,
  ): void {
    const { ours, aborted, theirs } = this.#witness;
    for (const [id, upload] of after) {
      if (!before.has(id)) ours.set(id, { upload, by, openedAt: this.#time.now });
    }
    for (const id of before.keys()) {
      if (after.has(id)) continue;
      if (operation === 'AbortMultipartUpload') aborted.add(id);
      const foreign = theirs.get(id);
      if (foreign !== undefined) this.#touched(foreign, by, operation);
    }
    const changed = [...theirs.values()].find(({ upload, parts }) => upload.parts.size !== parts);
    if (changed !== undefined) this.#witness.accuse('touched', `${by.name} has put a part into a foreign upload.`);
  }

  #written(replaced: StoredVersion | undefined, version: StoredVersion, by: Invocation, operation: string): void {
    const { lookedAt } = by;
    this.#witness.writes.push({ version, replaced, by, at: this.#time.now, operation, lookedAt });
    this.#witness.tell('provider', () => `the destination is written: ${version.content.size} bytes, ${version.etag}`);
  }

  /** An empty upload that somebody else opens while ours may have been lost cannot be told from ours. */
  #touched(theirs: { upload: Upload; parts: number; openedAt: number }, by: Invocation, operation: string): void {
    const { upload, parts, openedAt } = theirs;
    const { copyStartedAt, copyEndedAt } = this.#witness;
    this.#witness.theirs.delete(upload.uploadId);
    const isEmpty = parts === 0 && upload.key === DESTINATION.key;
    if (isEmpty && openedAt >= copyStartedAt - 3_000 && openedAt <= copyEndedAt + LATE_MS) return;
    if (isEmpty && this.#world.scenario.clockAheadMs !== 0) {
      this.#witness.known.add('an empty upload of somebody else is aborted: the clocks are apart');
      return;
    }
    this.#witness.accuse('touched', `${by.name} has ended a foreign upload of ${parts} parts by ${operation}.`);
  }
}

interface Doing {
  readonly by: Invocation;
  readonly operation: Operation;
}

interface Look {
  readonly source: StoredVersion | undefined;
  readonly destination: StoredVersion | undefined;
  readonly versions: ReadonlySet<StoredVersion>;
  readonly uploads: ReadonlyMap<string, Upload>;
}

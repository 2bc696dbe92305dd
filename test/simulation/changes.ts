import { Content } from '../emulators/content.ts';
import type { Bucket } from '../emulators/object-types.ts';
import type { Chance } from './chance.ts';
import type { ChangeKind } from './scenario.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { Witness } from './witness.ts';
import { CONTENT, DESTINATION, SOURCE, type World } from './world.ts';

const STRANGER = 'STRANGER';

/** What somebody else does while a copy runs. */
export class Changes {
  readonly #world: World;
  readonly #witness: Witness;
  readonly #time: VirtualTime;
  readonly #chance: Chance;

  readonly #deeds: Readonly<Record<ChangeKind, () => void>> = {
    'source replaced by as many bytes': () => this.#putSource(CONTENT.replacement, this.#size()),
    'source replaced by more bytes': () => this.#putSource(CONTENT.replacement, this.#size() + 1_000_000),
    'source written again with the same bytes': () => this.#putSource(CONTENT.source, this.#size()),
    'source deleted': () => this.#world.model.deleteObject(SOURCE.bucket, SOURCE.key),
    'source archived': () => this.#archive(),
    'destination written by somebody else': () =>
      this.#putDestination(CONTENT.stranger, this.#chance.yes(0.5) ? this.#size() : 1000),
    'destination deleted': () => this.#deleteDestination(),
    'upload aborted by somebody else': () => this.#abortOurs(),
    'part replaced by somebody else': () => this.#putPart(0),
    'short part put by somebody else': () => this.#putPart(1),
    'upload opened by somebody else': () => this.#openUpload(DESTINATION.key, this.#chance.from(0, 2)),
    'credentials rotated': () => this.#world.rotate(),
    'destination bucket gone': () => this.#loseBucket(),
    'permission withdrawn': () => this.#withdraw(),
  };

  constructor({ world, witness, time, chance }: { world: World; witness: Witness; time: VirtualTime; chance: Chance }) {
    this.#world = world;
    this.#witness = witness;
    this.#time = time;
    this.#chance = chance;
  }

  /** The world as it is before the copy. */
  begin(): void {
    const { scenario } = this.#world;
    this.#putSource(CONTENT.source, scenario.size);
    // Older than any copy that begins now.
    if (scenario.destination !== 'nothing') {
      const same = scenario.destination === 'the same content';
      this.#putDestination(same ? CONTENT.source : CONTENT.stranger, same ? scenario.size : 1000);
    }
    this.#openUpload('elsewhere', 2);
    this.#openUpload(DESTINATION.key, this.#chance.from(0, 1));
  }

  /** Uploads that the sweep could take for ours, when somebody else opens them while the copy runs and long after. */
  temptDuring(): void {
    this.#openUpload('elsewhere', 0);
  }

  temptAfterwards(): void {
    this.#openUpload(DESTINATION.key, 0);
  }

  carryOut(kind: ChangeKind): void {
    this.#witness.tell('WORLD', () => kind);
    // Where the bucket is gone nothing can be done in it.
    if (this.#world.model.bucket(DESTINATION.bucket) !== undefined) this.#deeds[kind]();
  }

  #putSource(content: number, size: number): void {
    this.#world.putSource(content, size);
    const version = this.#world.model.version(SOURCE.bucket, SOURCE.key);
    if (version !== undefined) this.#witness.sources.push(version);
  }

  #putDestination(content: number, size: number): void {
    const { bucket, key } = DESTINATION;
    this.#witness.meddledAt = this.#time.now;
    const version = this.#world.model.putObject(bucket, key, Content.virtual(content, size));
    this.#witness.strangers.set(version, this.#time.now);
  }

  #deleteDestination(): void {
    this.#witness.meddledAt = this.#time.now;
    this.#world.model.deleteObject(DESTINATION.bucket, DESTINATION.key);
  }

  #size(): number {
    return this.#world.scenario.size;
  }

  #archive(): void {
    const { model, variant } = this.#world;
    const version = model.getObject(SOURCE.bucket, SOURCE.key);
    if (version === undefined) return;
    model.amend(SOURCE.bucket, SOURCE.key, version.versionId, { storageClass: variant.archive });
  }

  #abortOurs(): void {
    const { model } = this.#world;
    for (const { upload } of this.#witness.ours.values()) {
      if (model.upload(upload.bucket, upload.key, upload.uploadId) === undefined) continue;
      model.endUpload(upload);
      this.#witness.aborted.add(upload.uploadId);
    }
  }

  /** Somebody with the same rights writes into our upload. */
  #putPart(missing: number): void {
    const { model } = this.#world;
    const open = [...this.#witness.ours.values()].find(({ upload }) =>
      model.upload(upload.bucket, upload.key, upload.uploadId),
    );
    const parts = [...(open?.upload.parts.values() ?? [])];
    const part = parts[this.#chance.from(0, Math.max(0, parts.length - 1))];
    if (open === undefined || part === undefined) return;
    const content = Content.virtual(CONTENT.stranger, Math.max(1, part.content.size - missing));
    const etag = content.md5().toString('hex');
    if (missing === 0) this.#witness.foreignPartAt = this.#time.now;
    model.putPart(open.upload, { partNumber: part.partNumber, content, etag, crc64: content.crc64() });
  }

  #openUpload(key: string, parts: number): void {
    const { model } = this.#world;
    const upload = model.createUpload(DESTINATION.bucket, key, { initiator: STRANGER });
    for (let partNumber = 1; partNumber <= parts; partNumber += 1) {
      const content = Content.virtual(CONTENT.stranger, 1000);
      model.putPart(upload, { partNumber, content, etag: content.md5().toString('hex'), crc64: content.crc64() });
    }
    this.#witness.theirs.set(upload.uploadId, { upload, parts, openedAt: this.#time.now });
  }

  #loseBucket(): void {
    const { model } = this.#world;
    const lost = model.requireBucket(DESTINATION.bucket);
    model.deleteBucket(lost.name);
    this.#time.after(this.#chance.magnitude(1_000, 3_600_000), () => {
      this.#witness.tell('WORLD', () => 'the destination bucket is there again');
      const { name, versioning } = lost;
      fill(model.createBucket({ name, versioning }), lost);
    });
  }

  #withdraw(): void {
    this.#world.permit(false);
    this.#time.after(this.#chance.magnitude(100, 3_600_000), () => {
      this.#witness.tell('WORLD', () => 'the permission is granted again');
      this.#world.permit(true);
    });
  }
}

function fill(bucket: Bucket, { objects, uploads }: Bucket): void {
  for (const [key, versions] of objects) bucket.objects.set(key, versions);
  for (const [id, upload] of uploads) bucket.uploads.set(id, upload);
}

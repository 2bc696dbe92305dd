import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMULATED, type EmulatedProvider, type Emulator, storeFor } from '../emulators/catalogue.ts';
import { Content } from '../emulators/content.ts';
import { seededChoice } from '../queue/seeded-choice.ts';
import { type Ended, startCopy } from './copy-process.ts';
import { type Moment, randomMoment } from './moment.ts';
import { Tally } from './tally.ts';

const MIB = 1024 * 1024;
const IN_FLIGHT = 4;
/** Exit code after Ctrl-C. */
const STOPPED = 130;
const LAST_PART_SHORTER = 12_345;
const KEEP_REQUESTS = 100_000;
/** One run in so many finds the source replaced. */
const REPLACED_EVERY = 12;

export interface CrashLoopOptions {
  readonly provider: string;
  readonly seed: number;
  /** How often a process is killed. */
  readonly kills: number;
  readonly parts: number;
  /** What every request takes. */
  readonly latencyMs: number;
  /** The first ones, before those that the seed chooses. */
  readonly moments?: readonly Moment[] | undefined;
  /** Hears of each run. */
  readonly onRun?: ((line: string) => void) | undefined;
}

/** What a loop has counted, and what is wrong with it: nothing, if all is well. */
export interface CrashReport {
  readonly provider: string;
  readonly seed: number;
  readonly kills: number;
  readonly runs: number;
  /** Runs that ended with a copy. */
  readonly copies: number;
  readonly uploads: number;
  readonly partsCopied: number;
  /** Of those, the ones that were copied before into the same upload. */
  readonly copiedAgain: number;
  readonly problems: readonly string[];
}

/**
 * Runs the same command over and over and kills it with SIGKILL at random moments, until it has been killed often enough
 * and is left to finish. The emulator, in this process, sees everything.
 */
export async function crashLoop(options: CrashLoopOptions): Promise<CrashReport> {
  const folder = await mkdtemp(join(tmpdir(), 'objectferry-crash-'));
  try {
    return await new CrashLoop(options, folder).run();
  } finally {
    await rm(folder, { recursive: true });
  }
}

class CrashLoop {
  readonly #options: CrashLoopOptions;
  readonly #provider: EmulatedProvider;
  readonly #folder: string;
  readonly #choice: ReturnType<typeof seededChoice>;
  readonly #tally: Tally;
  readonly #problems: string[] = [];
  #runs = 0;
  #kills = 0;
  #copies = 0;
  #versions = 0;
  #hear: (operation: string) => void = () => undefined;

  constructor(options: CrashLoopOptions, folder: string) {
    const provider = EMULATED[options.provider];
    if (provider === undefined) throw new RangeError(`There is no provider ${options.provider}.`);
    this.#provider = provider;
    this.#options = options;
    this.#folder = folder;
    this.#choice = seededChoice(options.seed);
    this.#tally = new Tally(options.parts, IN_FLIGHT);
  }

  async run(): Promise<CrashReport> {
    const { seed, latencyMs } = this.#options;
    const { buckets } = this.#provider;
    await using emulator = await this.#provider.start({
      buckets,
      faults: { seed, rules: [{ operation: '*', fault: { kind: 'latency', ms: latencyMs } }] },
      keepRequests: KEEP_REQUESTS,
      onRequest: ({ operation }) => this.#hear(operation),
    });
    this.#replaceSource(emulator);
    const foreign = foreignUpload(emulator, buckets[1]);
    const command = await this.#command(emulator);
    const env = keysOf(this.#options.provider, emulator);
    while (this.#kills < this.#options.kills && this.#runs < 3 * this.#options.kills) {
      if (this.#choice.below(REPLACED_EVERY) === 0) this.#replaceSource(emulator);
      this.#judge(await this.#once(command, env), emulator);
    }
    const last = await startCopy(command, env).ended;
    if (last.code !== 0) this.#problems.push(`The last run ended with ${last.code}: ${last.stderr}`);
    this.#judge(last, emulator);
    await this.#expectNothingLeft(emulator, buckets[1], foreign);
    return this.#report();
  }

  #report(): CrashReport {
    const { provider, seed } = this.#options;
    const problems = [...this.#problems, ...this.#tally.problems()];
    return {
      provider,
      seed,
      kills: this.#kills,
      runs: this.#runs,
      copies: this.#copies,
      ...this.#tally.totals(),
      problems,
    };
  }

  #replaceSource({ model }: Emulator): void {
    const { partSizeMiB, buckets } = this.#provider;
    const size = this.#options.parts * partSizeMiB * MIB - LAST_PART_SHORTER;
    this.#versions += 1;
    model.putVirtualObject(buckets[0], 'key', size, this.#versions);
  }

  /** What a run has left behind. */
  #judge(ended: Ended, emulator: Emulator): void {
    this.#runs += 1;
    this.#tally.count(emulator.requests);
    const { code, signal, stdout, stderr } = ended;
    if (signal === 'SIGKILL') {
      this.#kills += 1;
      this.#tally.killed();
      return;
    }
    if (code === 0) {
      this.#copies += 1;
      this.#expectCopy(emulator);
    } else if (code !== STOPPED) this.#problems.push(`A run ended with ${code}: ${stdout}${stderr}`);
  }

  async #command(emulator: Emulator): Promise<readonly string[]> {
    const { provider: name } = this.#options;
    const { buckets, partSizeMiB } = this.#provider;
    const stores = { [name]: { ...storeFor(name, this.#provider, emulator), maxInFlight: IN_FLIGHT } };
    const file = join(this.#folder, 'stores.json');
    await writeFile(file, JSON.stringify({ stores }));
    const places = [`${name}://${buckets[0]}/key`, `${name}://${buckets[1]}/copy`];
    const state = ['--state-folder', join(this.#folder, 'state')];
    return ['copy', ...places, '--part-size-mib', String(partSizeMiB), '--stores', file, ...state, '--json'];
  }

  /** One process, killed at its moment unless it ends before. */
  async #once(command: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
    const { parts: partCount, latencyMs } = this.#options;
    const { initiate } = this.#provider;
    const given = this.#options.moments?.[this.#runs];
    const moment = given ?? randomMoment({ choice: this.#choice, initiate, parts: partCount, latencyMs });
    const copy = startCopy(command, env);
    const timers: NodeJS.Timeout[] = [];
    const killSoon = () => timers.push(setTimeout(() => copy.kill('SIGKILL'), moment.delayMs));
    if (moment.operation === undefined) killSoon();
    let [seen, parts] = [0, 0];
    this.#hear = (operation) => {
      if (operation === 'UploadPartCopy') parts += 1;
      if (operation === 'UploadPartCopy' && parts === moment.interruptAtPart) copy.kill('SIGINT');
      // What a run before this one has left is aborted first.
      const tooEarly = moment.interruptAtPart !== undefined && parts < moment.interruptAtPart;
      if (operation !== moment.operation || tooEarly) return;
      seen += 1;
      if (seen === moment.nth) killSoon();
    };
    const ended = await copy.ended;
    for (const timer of timers) clearTimeout(timer);
    this.#hear = () => undefined;
    this.#options.onRun?.(`${this.#runs + 1}: ${moment.title} ${moment.delayMs} ms: ${ended.signal ?? ended.code}`);
    return ended;
  }

  #expectCopy({ model }: Emulator): void {
    const [from, to] = this.#provider.buckets;
    const [source, copy] = [model.getObject(from, 'key'), model.getObject(to, 'copy')];
    const same = source !== undefined && copy !== undefined && sameBytes(source.content, copy.content);
    if (!same) this.#problems.push('A run ended well, but the copy is not the source.');
  }

  async #expectNothingLeft({ model }: Emulator, to: string, foreign: string): Promise<void> {
    const open = model.openUploads(to).map(({ uploadId }) => uploadId);
    if (!open.includes(foreign)) this.#problems.push('The upload of somebody else is gone.');
    const ours = open.filter((uploadId) => uploadId !== foreign);
    if (ours.length > 0) this.#problems.push(`Uploads are left: ${ours.join(', ')}.`);
    const journals = await readdir(join(this.#folder, 'state', 'copies'), { withFileTypes: true });
    const left = journals.filter((entry) => entry.isDirectory());
    if (left.length > 0) this.#problems.push(`Journals are left: ${left.map(({ name }) => name).join(', ')}.`);
  }
}

/** Somebody else's upload to the same key, with a part of other bytes. */
function foreignUpload({ model }: Emulator, bucket: string): string {
  const upload = model.createUpload(bucket, 'copy', { initiator: 'somebody else' });
  model.putPart(upload, { partNumber: 1, content: Content.ofBytes(Buffer.from('x')), etag: 'x', crc64: undefined });
  return upload.uploadId;
}

function keysOf(name: string, { accounts: [account] }: Emulator): Readonly<Record<string, string>> {
  const prefix = name.toUpperCase();
  return {
    [`${prefix}_ACCESS_KEY_ID`]: account?.accessKeyId ?? '',
    [`${prefix}_SECRET_ACCESS_KEY`]: account?.secretAccessKey ?? '',
  };
}

function sameBytes(one: Content, other: Content): boolean {
  if (one.size !== other.size) return false;
  for (let offset = 0; offset < one.size; offset += MIB) {
    const length = Math.min(MIB, one.size - offset);
    if (!one.slice(offset, length).toBuffer().equals(other.slice(offset, length).toBuffer())) return false;
  }
  return true;
}

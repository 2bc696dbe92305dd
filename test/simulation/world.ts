import type { HttpRequest } from '@objectferry/shared/http/transport.ts';
import type { TemporaryAccount } from '../emulators/account.ts';
import type { Answer } from '../emulators/answer.ts';
import { Content } from '../emulators/content.ts';
import type { Fault } from '../emulators/fault-plan.ts';
import type { Faults } from '../emulators/faults.ts';
import type { InProcessEmulator } from '../emulators/in-process.ts';
import type { ObjectModel } from '../emulators/object-model.ts';
import type { Chance } from './chance.ts';
import type { Scenario } from './scenario.ts';
import { VARIANTS, type Variant } from './variants.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface Place {
  readonly bucket: string;
  readonly key: string;
}

export const SOURCE: Place = { bucket: 'originals', key: 'key' };
export const DESTINATION: Place = { bucket: 'archive', key: 'copy' };

/** Contents by their seed; few, because the first look at one is dear. */
export const CONTENT = { source: 1, replacement: 2, stranger: 3 } as const;

const ARE_PLAIN = /^[ -~]*$/;

/** The provider of a simulated world, and what everybody but the copy does there. */
export class World {
  readonly scenario: Scenario;
  readonly variant: Variant;
  readonly emulator: InProcessEmulator<TemporaryAccount>;
  readonly model: ObjectModel;
  /** The keys that are valid now. */
  account: TemporaryAccount;
  /** Everything that must never be said. */
  readonly secrets: string[];
  readonly #accounts: TemporaryAccount[];
  readonly #chance: Chance;
  #fault: Fault | undefined;
  #requestId = 0;

  constructor(scenario: Scenario, chance: Chance, time: VirtualTime) {
    const variant = VARIANTS[scenario.variant];
    if (variant === undefined) throw new RangeError(`There is no variant ${scenario.variant}.`);
    this.scenario = scenario;
    this.variant = variant;
    this.#chance = chance;
    const customerKey = Buffer.from(`customer-key-of-seed-${scenario.seed}`.padEnd(32, '.')).toString('base64');
    this.secrets = [customerKey];
    this.account = this.#newAccount();
    this.#accounts = [this.account];
    this.emulator = variant.create({
      accounts: this.#accounts,
      faults: this.#faults(),
      clock: () => new Date(time.now + scenario.clockAheadMs),
      buckets: [
        { name: SOURCE.bucket, versioning: scenario.versioning.source },
        { name: DESTINATION.bucket, versioning: scenario.versioning.destination },
      ],
    });
    this.model = this.emulator.model;
  }

  /** The text of a named secret. */
  readonly secret = (id: string): string => {
    if (id === 'customer-key') return this.secrets[0] ?? '';
    const { accessKeyId, secretAccessKey, sessionToken } = this.account;
    return JSON.stringify({ accessKeyId, secretAccessKey, sessionToken });
  };

  /** Keys that replace those before, at once. */
  rotate(): void {
    this.account = this.#newAccount();
    this.#accounts.splice(0, 1, this.account);
  }

  /** Takes all rights away, or gives them back. */
  permit(isPermitted: boolean): void {
    const { policy: _all, ...account } = this.account;
    this.account = isPermitted ? account : { ...account, policy: [] };
    this.#accounts.splice(0, 1, this.account);
  }

  putSource(content: number, size: number): void {
    const { sourceParts } = this.scenario;
    const bytes = Content.virtual(content, size);
    if (sourceParts === undefined) {
      this.model.putObject(SOURCE.bucket, SOURCE.key, bytes);
      return;
    }
    const partSizes = Array.from({ length: Math.ceil(size / sourceParts) }, (_, index) =>
      Math.min(sourceParts, size - index * sourceParts),
    );
    const etag = `${bytes.md5().toString('hex')}-${partSizes.length}`;
    this.model.putObject(SOURCE.bucket, SOURCE.key, bytes, { etag, partSizes, type: 'Multipart' });
  }

  /** Lets the provider work on a request, with this fault. */
  respond(request: HttpRequest, fault: Fault | undefined): Answer {
    this.#fault = fault;
    this.#requestId += 1;
    const host = /^https?:\/\/(.*)$/.exec(request.origin)?.[1] ?? '';
    return this.emulator.respond({
      id: this.#requestId,
      method: request.method,
      target: request.target,
      headers: new Map([['host', host], ...Object.entries(request.headers).map(requirePlain)]),
      body: Buffer.from(request.body ?? []),
    });
  }

  #newAccount(): TemporaryAccount {
    const id = this.#chance.from(1, 2 ** 40).toString(36);
    const secretAccessKey = `secret-${id}-of-seed-${this.scenario.seed}`;
    const sessionToken = `token-${id}-of-seed-${this.scenario.seed}`;
    this.secrets.push(secretAccessKey, sessionToken);
    const keys = { accessKeyId: `KEY${id.toUpperCase()}`, secretAccessKey };
    return this.variant.temporaryKeys && this.#chance.yes(0.5) ? { ...keys, sessionToken } : keys;
  }

  #faults(): Faults {
    return { log: [], setPlan: () => undefined, next: () => ({ fault: this.#fault, latencyMs: 0 }) };
  }
}

/** On the wire a header is bytes; where all are ASCII there is nothing to encode. */
function requirePlain([name, value]: [string, string]): [string, string] {
  if (ARE_PLAIN.test(value)) return [name, value];
  throw new RangeError(`The simulated network carries ASCII only, but ${name} is ${value}.`);
}

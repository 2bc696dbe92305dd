import type { HttpRequest } from '@objectferry/shared/http/transport.ts';
import type { Fault } from '../emulators/fault-plan.ts';
import type { Chance } from './chance.ts';
import { bytesOf, type Operation, operationOf, partNumberOf } from './operation.ts';
import type { Scenario } from './scenario.ts';
import { VARIANTS } from './variants.ts';

/** What becomes of one request. */
export interface Fate {
  readonly fault: Fault | undefined;
  /** Milliseconds until it arrives; undefined: it never does. */
  readonly upMs: number | undefined;
  /** Milliseconds that the provider works on it. */
  readonly workMs: number;
  readonly downMs: number;
  /** For the trace; undefined when all goes well. */
  readonly name: string | undefined;
}

/** What answers may come for reasons that pass. */
const REFUSALS = [
  { status: 500, code: 'InternalError' },
  { status: 503, code: 'SlowDown' },
  { status: 503, code: 'ServiceUnavailable' },
  { status: 502, code: 'BadGateway' },
  { status: 504, code: 'GatewayTimeout' },
  { status: 429, code: 'TooManyRequests' },
] as const;

const WRITES: readonly Operation[] = ['CompleteMultipartUpload', 'CopyObject', 'UploadPartCopy'];

/** Decides for each request what becomes of it. */
export class Fates {
  readonly #chance: Chance;
  readonly #scenario: Scenario;
  /** Faults in a row, by what is asked for. */
  readonly #inARow = new Map<string, number>();
  #writes = 0;
  #outageUntil: number | undefined;

  constructor(scenario: Scenario, chance: Chance) {
    this.#scenario = scenario;
    this.#chance = chance;
  }

  /** @param count which request of the world it is, from 1. */
  next(request: HttpRequest, count: number, now: number): Fate {
    const { weather, size } = this.#scenario;
    const chance = this.#chance;
    const latency = (): number => Math.round(weather.latencyMs * (0.5 + chance.next()));
    const copyMs = Math.round((bytesOf(request, size) / weather.bytesPerSecond) * 1000 * (0.75 + 0.5 * chance.next()));
    const usual = { fault: undefined, upMs: latency(), workMs: copyMs, downMs: latency(), name: undefined };
    const lasting = this.#lasting(request, count, now);
    if (lasting !== undefined) return { ...usual, workMs: 0, fault: lasting, name: nameOf(lasting) };
    return this.#lostWrite(request, usual) ?? this.#passing(request, usual) ?? usual;
  }

  /** A request that nothing happens to. */
  fair(request: HttpRequest): Fate {
    const { weather, size } = this.#scenario;
    const workMs = Math.round((bytesOf(request, size) / weather.bytesPerSecond) * 1000);
    return { fault: undefined, upMs: 10, workMs, downMs: 10, name: undefined };
  }

  /** An outage, or an operation that never works. */
  #lasting(request: HttpRequest, count: number, now: number): Fault | undefined {
    const { outage, broken } = this.#scenario.weather;
    if (outage !== undefined && count >= outage.fromRequest) {
      this.#outageUntil ??= now + outage.ms;
      if (now < this.#outageUntil) return { kind: 'status', status: 503, code: 'ServiceUnavailable' };
    }
    if (broken?.operation !== operationOf(request)) return undefined;
    if (broken.how === 'short parts') return { kind: 'wrong-size', bytes: 1 };
    return { kind: 'status', status: broken.how, code: broken.how === 403 ? 'AccessDenied' : 'GatewayTimeout' };
  }

  #lostWrite(request: HttpRequest, usual: Fate): Fate | undefined {
    const isWrite = ['CompleteMultipartUpload', 'CopyObject'].includes(operationOf(request));
    if (!isWrite || this.#writes > 0 || !this.#scenario.losesWrite) return undefined;
    this.#writes += 1;
    return { ...usual, fault: { kind: 'lost-answer' }, name: 'lost-answer' };
  }

  #passing(request: HttpRequest, usual: Fate): Fate | undefined {
    const { faults, inARow, late } = this.#scenario.weather;
    const place = `${operationOf(request)} ${partNumberOf(request) ?? ''}`;
    const before = this.#inARow.get(place) ?? 0;
    if (!this.#chance.yes(faults) || before >= inARow) {
      this.#inARow.set(place, 0);
      return undefined;
    }
    this.#inARow.set(place, before + 1);
    if (this.#chance.yes(0.2)) return this.#slow(request, usual, late);
    const fault = this.#fault(operationOf(request));
    return { ...usual, fault, name: nameOf(fault) };
  }

  /** Timeouts: nothing arrives, the answer comes too late, or the request itself does. */
  #slow({ timeoutMs }: HttpRequest, usual: Fate, late: number): Fate {
    const laterMs = timeoutMs + this.#chance.magnitude(10, 600_000);
    if (this.#chance.yes(late)) return { ...usual, upMs: laterMs, name: 'arrives late' };
    if (this.#chance.yes(0.5)) return { ...usual, upMs: undefined, name: 'never arrives' };
    return { ...usual, downMs: laterMs, name: 'answer comes too late' };
  }

  #fault(operation: Operation): Fault {
    const chance = this.#chance;
    const kinds: (() => Fault)[] = [
      () => this.#refusal(),
      () => this.#refusal(),
      () => ({ kind: 'reset' }),
      () => ({ kind: 'lost-answer' }),
      () => ({ kind: 'cut-body' }),
    ];
    const document: readonly (() => Fault)[] = [
      () => ({ kind: 'empty-body' }),
      () => ({ kind: 'malformed-xml' }),
      () => ({ kind: 'stall', ms: chance.magnitude(100, 100_000) }),
    ];
    const write: readonly (() => Fault)[] = [
      () => ({ kind: 'missing-etag' }),
      () => ({ kind: 'empty-etag' }),
      () => ({ kind: 'error-in-200', code: 'InternalError', done: chance.yes(0.5) }),
    ];
    if (operation !== 'HeadObject' && operation !== 'AbortMultipartUpload') kinds.push(...document);
    if (WRITES.includes(operation)) kinds.push(...write);
    if (operation === 'UploadPartCopy') {
      kinds.push(
        () => ({ kind: 'whole-object' }),
        () => ({ kind: 'wrong-size', bytes: chance.from(1, 1000) }),
      );
    }
    return kinds[chance.from(0, kinds.length - 1)]?.() ?? { kind: 'reset' };
  }

  #refusal(): Fault {
    const chance = this.#chance;
    const hint = VARIANTS[this.#scenario.variant]?.hint ?? 'retry-after';
    const wait = hint === 'retry-after' ? chance.from(1, 5) : chance.from(100, 5000);
    const refusal = { kind: 'status', ...chance.pick(REFUSALS) } as const;
    return chance.yes(0.4) ? { ...refusal, headers: { [hint]: String(wait) } } : refusal;
  }
}

function nameOf(fault: Fault): string {
  return fault.kind === 'status' ? `${fault.status} ${fault.code}` : fault.kind;
}

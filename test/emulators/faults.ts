import { type Fault, type FaultPlan, type FaultRule, noFaults, type RateLimit } from './fault-plan.ts';

/** What a rule is held against: which operation on what. */
export interface Target {
  readonly operation: string;
  readonly bucket?: string | undefined;
  readonly key?: string | undefined;
  readonly partNumber?: number | undefined;
}

/** A fault that was given to a request. */
export interface FaultHit extends Target {
  readonly kind: Fault['kind'] | 'rate';
  readonly requestId: number;
}

/** What a request gets from the plan: at most one fault, and a delay. */
interface Injection {
  readonly fault: Fault | undefined;
  readonly latencyMs: number;
}

/** The faults of a running emulator. */
export interface Faults {
  /** Replaces the plan; its counters begin again. */
  setPlan(plan: FaultPlan): void;
  readonly log: readonly FaultHit[];
  /** Decides what a request gets, and counts it. */
  next(target: Target, requestId: number): Injection;
}

interface RuleState {
  readonly rule: FaultRule;
  seen: number;
  hits: number;
  readonly hitsPerPart: Map<string, number>;
  readonly random: () => number;
}

/** Carries out fault plans. `monotonicMs` is the clock of the rate limit. */
export function createFaults(first: FaultPlan = noFaults, monotonicMs: () => number = () => performance.now()): Faults {
  const log: FaultHit[] = [];
  let states = startRules(first);
  let admit = startRate(first.rate, monotonicMs);
  const record = (kind: FaultHit['kind'], target: Target, requestId: number) =>
    log.push({
      kind,
      requestId,
      operation: target.operation,
      bucket: target.bucket,
      key: target.key,
      partNumber: target.partNumber,
    });
  return {
    log,
    setPlan: (plan) => {
      states = startRules(plan);
      admit = startRate(plan.rate, monotonicMs);
    },
    next: (target, requestId) => {
      const refused = admit(target.operation);
      if (refused) {
        record('rate', target, requestId);
        return { fault: refused, latencyMs: 0 };
      }
      let latencyMs = 0;
      for (const state of states) {
        const fault = hit(state, target);
        if (fault === undefined) {
          continue;
        }
        record(fault.kind, target, requestId);
        if (fault.kind !== 'latency') {
          return { fault, latencyMs };
        }
        latencyMs += fault.ms;
      }
      return { fault: undefined, latencyMs };
    },
  };
}

function startRules(plan: FaultPlan): RuleState[] {
  return plan.rules.map((rule, index) => ({
    rule,
    seen: 0,
    hits: 0,
    hitsPerPart: new Map<string, number>(),
    random: seededRandom(plan.seed * 1009 + index),
  }));
}

function hit(state: RuleState, target: Target): Fault | undefined {
  const { rule } = state;
  if (!matches(rule, target)) {
    return;
  }
  state.seen += 1;
  // The draw comes before every other test, so that the sequence of draws depends only on which requests matched.
  const spared = state.random() >= (rule.probability ?? 1);
  const place = `${target.bucket}/${target.key}#${target.partNumber}`;
  const here = state.hitsPerPart.get(place) ?? 0;
  const spent = state.hits >= (rule.times ?? Number.POSITIVE_INFINITY);
  const spentHere = here >= (rule.timesPerPart ?? Number.POSITIVE_INFINITY);
  if (spared || spent || spentHere || state.seen <= (rule.after ?? 0)) {
    return;
  }
  state.hits += 1;
  state.hitsPerPart.set(place, here + 1);
  return rule.fault;
}

function matches(rule: FaultRule, target: Target): boolean {
  return (
    (rule.operation === '*' || rule.operation === target.operation) &&
    (rule.bucket === undefined || rule.bucket === target.bucket) &&
    (rule.key === undefined || rule.key === target.key) &&
    matchesPart(rule.partNumbers, target.partNumber)
  );
}

function matchesPart(wanted: FaultRule['partNumbers'], partNumber: number | undefined): boolean {
  if (wanted === undefined) {
    return true;
  }
  if (partNumber === undefined) {
    return false;
  }
  return isEvery(wanted) ? partNumber % wanted.every === 0 : wanted.includes(partNumber);
}

function isEvery(wanted: readonly number[] | { readonly every: number }): wanted is { readonly every: number } {
  return !Array.isArray(wanted);
}

/** A token bucket that holds one second's worth: it lets a burst of that size through and refuses what comes faster. */
function startRate(rate: RateLimit | undefined, nowMs: () => number): (operation: string) => Fault | undefined {
  if (!rate) {
    return () => undefined;
  }
  const { perSecond, operations, ...refusal } = rate;
  const most = Math.max(1, perSecond);
  let tokens = most;
  let last = nowMs();
  return (operation) => {
    if (operations && !operations.includes(operation)) {
      return;
    }
    const now = nowMs();
    tokens = Math.min(most, tokens + ((now - last) / 1000) * perSecond);
    last = now;
    if (tokens < 1) {
      return { kind: 'status', message: 'Please reduce your request rate.', ...refusal };
    }
    tokens -= 1;
    return;
  };
}

/** A small generator with a good spread (mulberry32): the same numbers for the same seed, everywhere. */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

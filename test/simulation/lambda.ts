import type { Transport } from '@objectferry/shared/http/transport.ts';
import type { Clock, ProcessRuntime, Runtime } from '@objectferry/shared/runtime.ts';
import { parseStores, type StoreConfigs } from '@objectferry/shared/stores.ts';
import { createProcessRuntime } from '#functions/process-runtime.ts';
import { keepSecrets, type ReadSecret } from '#functions/secrets.ts';
import { InvocationError } from '#infra/local/invoke.ts';
import type { Chance } from './chance.ts';
import { DEATHS, type Death, Invocation } from './invocation.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { Witness } from './witness.ts';
import { DESTINATION, SOURCE, type World } from './world.ts';

/** What an invocation runs. */
type Handler = (runtime: Runtime, payload: unknown) => Promise<unknown>;

export interface LambdaParts {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly witness: Witness;
  readonly world: World;
  readonly transportFor: (invocation: Invocation) => Transport;
}

/** What is known of one function. */
export interface FunctionFacts {
  readonly name: string;
  readonly timeoutSeconds: number;
  readonly run: Handler;
  /** How often an invocation of it comes to grief. */
  readonly deaths: number;
  /** About so many requests does it send. */
  readonly requests: number;
}

/** Longer than any handler runs: what is still there then will never end. */
const FROZEN_FOR_MS = 1_800_000;

/** Runs handlers as Lambda does: each for so long and no longer, and not always to the end, or only once. */
export class Lambda {
  /** The stores file of every function. */
  readonly stores: StoreConfigs;
  readonly #parts: LambdaParts;
  readonly #invocations: Invocation[] = [];
  readonly #warmSecrets: ReadSecret | undefined;
  /** Functions that have been invoked. */
  readonly #invoked = new Set<string>();

  constructor(parts: LambdaParts) {
    this.#parts = parts;
    const { provider, store } = parts.world.variant;
    const buckets = [SOURCE.bucket, DESTINATION.bucket];
    this.stores = parseStores({ stores: { it: { provider, ...store, credentials: { secret: 'keys' }, buckets } } });
    this.#warmSecrets = parts.chance.yes(0.5) ? this.#secrets() : undefined;
  }

  /** The execution has ended from outside: whatever runs, nobody waits for. */
  abandon(): void {
    for (const invocation of this.#invocations) {
      if (invocation.state !== 'runs' && invocation.state !== 'frozen') continue;
      invocation.isUnheard = true;
    }
  }

  /** Resolves once no invocation runs any more. */
  async quiet(): Promise<void> {
    for (let index = 0; index < this.#invocations.length; index += 1) await this.#invocations[index]?.over;
  }

  /** The answer that whoever invokes it gets. @throws InvocationError as Step Functions would see it. */
  async invoke(facts: FunctionFacts, payload: unknown): Promise<unknown> {
    const { chance } = this.#parts;
    const death = chance.yes(facts.deaths) ? this.#death(facts) : undefined;
    const isFirst = this.#isFirst(facts, death);
    if (death?.kind === 'finds no place') {
      throw new InvocationError('Lambda.TooManyRequestsException', 'Rate Exceeded.');
    }
    const first = this.#start(facts, payload, { death, isFirst });
    if (death?.kind !== 'runs twice') return first.answer;
    const second = this.#start(facts, payload, { death: undefined, isFirst });
    const [heard, unheard] = chance.yes(0.5) ? [first, second] : [second, first];
    unheard.invocation.astray = true;
    unheard.answer.catch(() => undefined);
    return heard.answer;
  }

  #death({ requests }: FunctionFacts): Death {
    const { chance } = this.#parts;
    return {
      kind: chance.pick(DEATHS),
      atRequest: chance.from(1, requests),
      toldAfterMs: chance.magnitude(1, 60_000),
      thawsAfterMs: chance.magnitude(10, FROZEN_FOR_MS),
    };
  }

  /** One's own machine runs nothing twice, and ends what it does not wait for any more. */
  #isFirst({ name }: FunctionFacts, death: Death | undefined): boolean {
    const isFirst = !this.#invoked.has(name);
    this.#invoked.add(name);
    const isHere = this.#parts.world.scenario.knowsFirst;
    return isHere && isFirst && death?.kind !== 'runs twice' && death?.kind !== 'freezes and thaws';
  }

  #start(
    facts: FunctionFacts,
    payload: unknown,
    { death, isFirst }: { readonly death: Death | undefined; readonly isFirst: boolean },
  ): { readonly invocation: Invocation; readonly answer: Promise<unknown> } {
    const { time, witness } = this.#parts;
    const name = `${facts.name}#${this.#invocations.length + 1}`;
    const deadline = time.now + facts.timeoutSeconds * 1000;
    const invocation = new Invocation({ name, task: facts.name, payload }, { startedAt: time.now, deadline, death });
    this.#invocations.push(invocation);
    witness.tell(name, () => (death === undefined ? 'starts' : `starts, and ${death.kind} (${death.atRequest})`));
    const answer = Promise.withResolvers<unknown>();
    // A frozen one is told about when it freezes, and goes on beyond its time.
    time.after(facts.timeoutSeconds * 1000, () => {
      if (invocation.astray || invocation.state === 'done' || invocation.state === 'dead') return;
      invocation.die();
      witness.tell(name, () => 'is out of time');
      const sentence = `Task timed out after ${facts.timeoutSeconds.toFixed(2)} seconds`;
      answer.reject(new InvocationError('Sandbox.Timedout', sentence));
    });
    this.#listen(invocation, answer.reject);
    this.#run(facts, { invocation, isFirst }, answer);
    return { invocation, answer: answer.promise };
  }

  #run(
    facts: FunctionFacts,
    { invocation, isFirst }: { readonly invocation: Invocation; readonly isFirst: boolean },
    answer: PromiseWithResolvers<unknown>,
  ): void {
    const { witness, time } = this.#parts;
    const { death } = invocation;
    const ended = (heard: () => void, how: string): void => {
      if (invocation.state === 'dead') return;
      invocation.end();
      witness.tell(invocation.name, () => how);
      invocation.isUnheard ||= death?.kind === 'its answer never comes' || death?.kind === 'its answer is lost';
      if (death?.kind === 'its answer never comes') return;
      if (death?.kind === 'its answer is lost') {
        invocation.astray = true;
        time.after(death.toldAfterMs, () => answer.reject(new InvocationError('Lambda.Unknown', 'It is not known.')));
      } else heard();
    };
    // A tick, so that whoever invokes it has its promise before anything happens.
    time.after(1, () => {
      invocation.deliver(() => {
        facts.run({ ...this.#runtime(invocation), isFirst }, structuredClone(invocation.payload)).then(
          (value) => {
            witness.hear(value);
            ended(() => answer.resolve(value), `answers ${JSON.stringify(value)?.slice(0, 160)}`);
          },
          (error: unknown) => {
            witness.hear(error);
            ended(() => answer.reject(error), `fails: ${String(error).slice(0, 400)}`);
          },
        );
      });
    });
  }

  #listen(invocation: Invocation, tell: (error: InvocationError) => void): void {
    this.#tell.set(invocation, tell);
  }

  readonly #tell = new Map<Invocation, (error: InvocationError) => void>();

  /** An invocation is about to send a request. */
  readonly onSend = (invocation: Invocation): void => {
    const { death } = invocation;
    if (death?.kind !== 'crashes before a request' || invocation.requests !== death.atRequest) return;
    this.#crash(invocation);
  };

  /** The provider has worked on a request of it, the given one of its own. */
  readonly onWorked = (invocation: Invocation, count: number): void => {
    const { death } = invocation;
    if (death?.atRequest !== count || invocation.state !== 'runs') return;
    if (death.kind === 'crashes behind a request') this.#crash(invocation);
    if (death.kind === 'hangs behind a request') {
      this.#parts.witness.tell(invocation.name, () => 'hangs');
      invocation.state = 'frozen';
    }
    if (death.kind === 'freezes and thaws') this.#freeze(invocation, death);
  };

  #crash(invocation: Invocation): void {
    this.#parts.witness.tell(invocation.name, () => 'crashes');
    invocation.die();
    this.#tell.get(invocation)?.(new InvocationError('Runtime.ExitError', 'Runtime exited with error: signal: killed'));
  }

  #freeze(invocation: Invocation, { toldAfterMs, thawsAfterMs }: Death): void {
    const { time, witness } = this.#parts;
    invocation.freeze();
    witness.tell(invocation.name, () => 'freezes');
    const error = new InvocationError('Lambda.Unknown', 'The cause could not be determined because of a lost answer.');
    time.after(toldAfterMs, () => this.#tell.get(invocation)?.(error));
    time.after(thawsAfterMs, () => {
      witness.tell(invocation.name, () => 'thaws');
      invocation.thaw();
    });
    // Nothing thaws for ever.
    time.after(thawsAfterMs + FROZEN_FOR_MS, () => {
      if (invocation.state === 'runs') invocation.die();
    });
  }

  #secrets(): ReadSecret {
    const { world, time } = this.#parts;
    return keepSecrets(
      async (id) => world.secret(id),
      () => time.now,
    );
  }

  #runtime(invocation: Invocation): Runtime {
    const { time, witness, transportFor } = this.#parts;
    const process: ProcessRuntime = createProcessRuntime({
      stores: this.stores,
      transport: transportFor(invocation),
      env: {},
      readSecret: this.#warmSecrets ?? this.#secrets(),
      observe: (event) => {
        if (event.type === 'part') return;
        witness.hear(event.type === 'retry' ? event.error : event);
      },
    });
    return { ...process, clock: this.#clock(invocation), remainingMs: () => invocation.remainingMs(time) };
  }

  #clock(invocation: Invocation): Clock {
    const { time } = this.#parts;
    return {
      now: () => new Date(),
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted === true) return reject(signal.reason);
          const timer = time.after(ms, () => invocation.deliver(resolve));
          signal?.addEventListener('abort', () => {
            time.cancel(timer);
            reject(signal.reason);
          });
        }),
    };
  }
}

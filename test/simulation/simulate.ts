import { STATES, type TaskName } from '@objectferry/shared/naming.ts';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { cleanUpAfter } from '#functions/ended-copy.ts';
import { sweepUploads } from '#functions/sweep-uploads.ts';
import { TASK_RUNS } from '#functions/tasks.ts';
import { Chance } from './chance.ts';
import { Changes } from './changes.ts';
import { Execution } from './execution.ts';
import { Fates } from './fates.ts';
import { checkAborted, checkCalm, checkEnd, checkNothingLeft } from './invariants.ts';
import { type FunctionFacts, Lambda } from './lambda.ts';
import { Network } from './network.ts';
import { Provider } from './provider.ts';
import { type Scenario, scenarioOf } from './scenario.ts';
import { MACHINE_ARN, stepFunctionsOf } from './step-functions.ts';
import { Stuck, type VirtualTime } from './virtual-time.ts';
import { Witness } from './witness.ts';
import { DESTINATION, SOURCE, World } from './world.ts';

/** What came of a seed. */
export interface Outcome {
  readonly seed: number;
  readonly status: string;
  readonly error: string | undefined;
  readonly requests: number;
  /** Of the world's own time. */
  readonly seconds: number;
  /** What is known not to be cured, and happened. */
  readonly known: readonly string[];
  readonly violation: { readonly invariant: string; readonly message: string } | undefined;
  /** One line for everything that happened; only when asked for. */
  readonly trace: readonly string[] | undefined;
}

const LAMBDA_SECONDS = 900;
const INITIATE_SECONDS = 300;
const HOUR_MS = 3_600_000;
const DAYS = 3;
/** When nothing of the copy can be under way any more. */
const TEMPTED_AFTER_MS = 3 * HOUR_MS;
/** A copy of forty parts that fails for ever has given up long before. */
const LONGEST_MS = 12 * HOUR_MS;

/** Lives one seed through. The time has to be installed. */
export async function simulate(
  seed: number,
  definition: StateMachineDefinition,
  time: VirtualTime,
  { traced = false }: { readonly traced?: boolean } = {},
): Promise<Outcome> {
  time.reset(seed);
  const scenario = scenarioOf(seed);
  const witness = new Witness(time, traced);
  witness.tell('SEED', () => JSON.stringify(scenario));
  const run = new Run(scenario, definition, time, witness);
  try {
    await time.runUntil(run.live(), () => {
      if (witness.violation !== undefined) throw witness.violation;
    });
  } catch (error) {
    if (error instanceof Stuck) witness.accuse('nothing hangs', error.message);
    else witness.accuse('the simulation runs', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const { violation } = witness;
  const { execution } = run;
  return {
    seed,
    status: execution?.status ?? 'RUNNING',
    error: execution?.error,
    requests: witness.requests,
    seconds: Math.round((time.now - witness.startedAt) / 1000),
    known: [...witness.known],
    violation: violation && { invariant: violation.invariant, message: violation.message },
    trace: witness.lines,
  };
}

/** One seed's world with the copy in it. */
class Run {
  execution: Execution | undefined;
  readonly #scenario: Scenario;
  readonly #definition: StateMachineDefinition;
  readonly #time: VirtualTime;
  readonly #witness: Witness;
  readonly #chance: Chance;
  readonly #world: World;
  readonly #changes: Changes;
  readonly #lambda: Lambda;
  #cleanUps: Promise<void> = Promise.resolve();
  /** From now on nothing goes wrong any more. */
  #fair = false;

  constructor(scenario: Scenario, definition: StateMachineDefinition, time: VirtualTime, witness: Witness) {
    const chance = new Chance(scenario.seed + 0.5);
    this.#chance = chance;
    this.#scenario = scenario;
    const { machineSeconds } = scenario;
    this.#definition = machineSeconds === undefined ? definition : { ...definition, TimeoutSeconds: machineSeconds };
    this.#time = time;
    this.#witness = witness;
    this.#world = new World(scenario, chance.fork(), time);
    this.#changes = new Changes({ world: this.#world, witness, time, chance: chance.fork() });
    const provider = new Provider({ world: this.#world, witness, time, chance: chance.fork() });
    const fates = new Fates(scenario, chance.fork());
    const network = new Network({
      time,
      witness,
      provider,
      fates: { next: (request, count, now) => (this.#fair ? fates.fair(request) : fates.next(request, count, now)) },
      onArrival: (count) => this.#meanwhile(count),
      onSend: (invocation) => this.#lambda.onSend(invocation),
      onWorked: (invocation, count) => this.#lambda.onWorked(invocation, count),
    });
    const transportFor = network.transportFor.bind(network);
    this.#lambda = new Lambda({ time, witness, chance: chance.fork(), world: this.#world, transportFor });
  }

  async live(): Promise<void> {
    const { redrives, calm } = this.#scenario;
    this.#changes.begin();
    await this.#time.sleep(10_000);
    this.#witness.copyStartedAt = this.#time.now;
    const execution = new Execution({
      arn: `${MACHINE_ARN.replace('stateMachine', 'execution')}:seed-${this.#scenario.seed}`,
      definition: this.#definition,
      request: this.#request(),
      time: this.#time,
      witness: this.#witness,
      invoke: (task, payload) => this.#lambda.invoke(this.#facts(task), payload),
    });
    this.execution = execution;
    this.#changes.temptDuring();
    await this.#ended(execution);
    for (let count = 0; count < redrives && this.#mayRedrive(execution); count += 1) {
      await this.#time.sleep(this.#chance.magnitude(100, calm ? 1000 : 7_200_000));
      execution.redrive();
      await this.#ended(execution);
    }
    this.#witness.copyEndedAt = this.#time.now;
    await this.#cleanUps;
    await this.#lambda.quiet();
    await this.#time.sleep(TEMPTED_AFTER_MS);
    this.#changes.temptAfterwards();
    const checked = { world: this.#world, witness: this.#witness, execution };
    checkCalm(checked);
    await this.#sweep(execution);
    checkEnd(checked);
    checkNothingLeft(checked);
  }

  #request(): object {
    const { options, sourceVersionNamed, versioning } = this.#scenario;
    const version = this.#world.model.version(SOURCE.bucket, SOURCE.key);
    const named = sourceVersionNamed && versioning.source === 'enabled' && this.#world.variant.provider !== 'qingstor';
    return {
      source: { store: 'it', ...SOURCE, ...(named ? { versionId: version?.versionId } : {}) },
      destination: { store: 'it', ...DESTINATION },
      options,
    };
  }

  async #ended(execution: Execution): Promise<void> {
    const begun = this.#time.now;
    await execution.ended;
    if (execution.status !== 'FAILED') this.#lambda.abandon();
    if (this.#time.now - begun > LONGEST_MS) {
      this.#witness.accuse('bounded', `The execution took ${Math.round((this.#time.now - begun) / 1000)} s.`);
    }
    if (execution.status !== 'SUCCEEDED')
      this.#cleanUps = Promise.all([this.#cleanUps, this.#cleanUp(execution)]).then();
  }

  /** Whoever keeps parts means to go on with them; of the others a few are redriven all the same. */
  #mayRedrive({ status }: Execution): boolean {
    if (status === 'SUCCEEDED' || status === 'RUNNING') return false;
    return this.#chance.yes(this.#scenario.options['onFailure'] === 'keep' ? 0.8 : 0.1);
  }

  /** As deployed: EventBridge tells, and what fails is tried twice more. */
  async #cleanUp(execution: Execution): Promise<void> {
    for (const pauseMs of [500, 60_000, 120_000]) {
      await this.#time.sleep(pauseMs);
      const client = stepFunctionsOf([execution]);
      const run: FunctionFacts['run'] = (runtime) =>
        cleanUpAfter(runtime, client, execution.arn, { justEnded: true }).then(({ upload }) => ({ upload }));
      try {
        await this.#inTime(this.#lambda.invoke(this.#service('CleanUp', run), {}));
        return;
      } catch (error) {
        this.#witness.tell('CleanUp', () => `failed: ${String(error).slice(0, 300)}`);
      }
    }
  }

  /** An asynchronous invocation that is not heard of counts as failed. */
  #inTime(answer: Promise<unknown>): Promise<unknown> {
    const over = this.#time
      .sleep((LAMBDA_SECONDS + 60) * 1000)
      .then(() => Promise.reject(new Error('It took too long.')));
    return Promise.race([answer, over]);
  }

  /** Day by day, on the last one with nothing in the way. */
  async #sweep(execution: Execution): Promise<void> {
    for (let day = 1; day <= DAYS; day += 1) {
      await this.#time.sleep(day === 1 ? 20 * HOUR_MS : 24 * HOUR_MS);
      this.#fair = day === DAYS || this.#chance.yes(0.7);
      const client = stepFunctionsOf([execution]);
      const stores = this.#lambda.stores;
      const parts = { client, machineArn: MACHINE_ARN, stores, unknownOlderThanHours: undefined };
      const run: FunctionFacts['run'] = async (runtime) => {
        const { swept, failures } = await sweepUploads(runtime, parts);
        return { swept: [...swept], failures };
      };
      try {
        await this.#lambda.invoke({ ...this.#service('Sweep', run), deaths: 0 }, {});
      } catch (error) {
        this.#witness.tell('Sweep', () => `failed: ${String(error).slice(0, 300)}`);
      }
      if (this.#fair) return;
    }
  }

  #facts(task: TaskName): FunctionFacts {
    const known = TASK_RUNS[task];
    const { deaths, size, options } = this.#scenario;
    const parts = Math.ceil(size / (Number(options['partSizeMiB'] ?? 2 ** 20) * 1024 * 1024));
    return {
      name: task,
      timeoutSeconds: task === STATES.initiate ? INITIATE_SECONDS : LAMBDA_SECONDS,
      run: async (runtime, payload) => {
        const answer = await known.run(runtime, payload, { remainingMs: runtime.remainingMs });
        if (task === STATES.abort) checkAborted({ world: this.#world, witness: this.#witness }, payload);
        return answer;
      },
      deaths,
      requests: task === STATES.copySpan ? parts + 2 : 6,
    };
  }

  #service(name: string, run: FunctionFacts['run']): FunctionFacts {
    return { name, timeoutSeconds: LAMBDA_SECONDS, run, deaths: this.#scenario.deaths / 3, requests: 4 };
  }

  /** What the seed has for this moment. */
  #meanwhile(count: number): void {
    for (const { kind } of this.#scenario.changes.filter(({ atRequest }) => atRequest === count)) {
      this.#changes.carryOut(kind);
    }
    if (this.#scenario.stopAtRequest === count) {
      this.#witness.tell('WORLD', () => 'somebody stops the execution');
      this.execution?.stop();
      this.#lambda.abandon();
    }
  }
}

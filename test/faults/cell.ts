import { messageOf } from '@objectferry/shared/cause.ts';
import { runCopy } from '#infra/local/local-copy.ts';
import type { MachineEvent } from '#infra/local/machine-event.ts';
import { type Bytes, type Expectation, type FaultSpec, OK, type Result } from './fault.ts';
import { POSITIONS, type Position, type PositionName, positionAt } from './position.ts';
import { FAULT_PROVIDERS, type FaultProvider, PROVIDERS, type ProviderName } from './provider.ts';
import { startCellWorld } from './world.ts';

/** One fault at one position of one provider. */
export interface Cell {
  readonly spec: FaultSpec;
  readonly position: PositionName;
  readonly provider: ProviderName;
  readonly expected: Expectation;
  /** Why there is nothing to run. */
  readonly unlike: string | undefined;
}

/** What a cell showed. */
export interface Outcome {
  readonly result: Result;
  /** The sentence of the error; empty for a success. */
  readonly message: string;
  /** Requests that were sent again, by handlers; the machine repeats whole tasks besides. */
  readonly retries: number;
  readonly machineRetries: number;
  readonly orphans: number;
  readonly bytes: Bytes;
  readonly requests: number;
  /** Milliseconds that handlers and machine would have waited at most. */
  readonly waitMs: number;
  /** How often the fault happened. */
  readonly hits: number;
}

/** The machine waits no longer than this before it repeats a task. */
const LONGEST_MACHINE_DELAY_MS = 120_000;

/** All cells of a fault, position by position, in the order of the columns. */
export function cellsOf(spec: FaultSpec): Cell[] {
  return POSITIONS.filter((position) => spec.at.includes(position)).flatMap((position) =>
    PROVIDERS.map((provider) => ({
      spec,
      position,
      provider,
      expected: expectationOf(spec, position, provider),
      unlike: unlikeliness(spec, position, FAULT_PROVIDERS[provider]),
    })),
  );
}

function expectationOf(spec: FaultSpec, position: PositionName, provider: ProviderName): Expectation {
  const exception = spec.except?.find(
    ({ at, on }) => (at === undefined || at.includes(position)) && (on === undefined || on.includes(provider)),
  );
  if (exception !== undefined) return exception;
  // A copy that is aborted for another reason ends with that reason, whatever happens to the request that aborts.
  const { error } = positionAt(position, FAULT_PROVIDERS[provider]);
  return error === undefined ? spec.expect : { result: error };
}

function unlikeliness(spec: FaultSpec, position: PositionName, provider: FaultProvider): string | undefined {
  if (position === 'source tags' && !provider.tags) return 'The provider has no tags.';
  return spec.unlike?.(provider, position);
}

/** Runs a copy under the cell's fault with the deployed definition and handlers. */
export async function runCell(
  { spec, position: name, provider }: Cell,
  seed: number,
  elsewhere: string,
): Promise<Outcome> {
  const position: Position = positionAt(name, FAULT_PROVIDERS[provider]);
  const setting = { name: provider, provider: FAULT_PROVIDERS[provider], spec, position, seed, elsewhere };
  await using world = await startCellWorld(setting);
  let machineRetries = 0;
  const onEvent = (event: MachineEvent): void => {
    if (event.type === 'StateRetried') machineRetries += 1;
  };
  const { request, runtime } = world;
  const end = await runCopy({ request, runtime, retryIntervalMs: 1, onEvent });
  return {
    result: end.status === 'FAILED' ? end.error : OK.result,
    message: end.status === 'FAILED' ? messageOf(end.cause) : '',
    retries: world.retries(),
    machineRetries,
    orphans: world.openUploads(),
    bytes: world.bytes(),
    requests: world.requests(),
    waitMs: world.waitedMs() + machineRetries * LONGEST_MACHINE_DELAY_MS,
    hits: world.hits(),
  };
}

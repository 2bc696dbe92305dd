import { createServer } from 'node:http';
import { type Cell, cellsOf, type Outcome, runCell } from './cell.ts';
import type { Family, FaultSpec } from './fault.ts';
import { problemsOf } from './judge.ts';
import type { ProviderName } from './provider.ts';

/** A cell that was run, or has nothing to run. */
export interface RunCell {
  readonly cell: Cell;
  readonly outcome: Outcome | undefined;
  readonly problems: readonly string[];
}

/** A table that was run. */
export interface RunFamily {
  readonly family: Family;
  readonly cells: readonly RunCell[];
}

export interface RunOptions {
  readonly seed: number;
  /** Default: all. */
  readonly provider?: ProviderName | undefined;
  /** A fault's name, or the beginning of some; default: all. */
  readonly fault?: string | undefined;
}

/** Cells that run at a time: some wait for a timeout, so that others can go on. */
const SIDE_BY_SIDE = 4;

/** Runs the cells of all tables, in an order that does not show in the result. */
export async function runTable(families: readonly Family[], options: RunOptions): Promise<RunFamily[]> {
  await using trap = await startTrap();
  const tables = families.map((family) => ({
    family,
    cells: family.faults.filter((spec) => isWanted(spec, options)).flatMap((spec) => wantedCells(spec, options)),
  }));
  const results = new Map<Cell, RunCell>();
  const queue = tables.flatMap(({ cells }) => cells).values();
  const work = async (): Promise<void> => {
    for (const cell of queue) results.set(cell, await runOne(cell, options.seed, trap));
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  return tables.map(({ family, cells }) => ({
    family,
    cells: cells.map((cell) => results.get(cell) ?? { cell, outcome: undefined, problems: ['it was not run'] }),
  }));
}

/** The faults of one cell only, by the command that shows it again. */
export function replayCommand({ spec, provider }: Cell, seed: number): string {
  return `npm run faults -- --fault ${spec.name} --provider ${provider} --seed ${seed}`;
}

async function runOne(cell: Cell, seed: number, trap: Trap): Promise<RunCell> {
  if (cell.unlike !== undefined) return { cell, outcome: undefined, problems: [] };
  const before = trap.visits();
  const outcome = await runCell(cell, seed, trap.endpoint);
  const followed = trap.visits() > before ? ['a redirect was followed'] : [];
  return { cell, outcome, problems: [...problemsOf(cell, outcome), ...followed] };
}

function isWanted({ name }: FaultSpec, { fault }: RunOptions): boolean {
  return fault === undefined || name === fault || name.startsWith(`${fault}-`);
}

function wantedCells(spec: FaultSpec, { provider }: RunOptions): Cell[] {
  return cellsOf(spec).filter((cell) => provider === undefined || cell.provider === provider);
}

interface Trap extends AsyncDisposable {
  readonly endpoint: string;
  readonly visits: () => number;
}

/** Where redirects lead: nobody should ever come. */
async function startTrap(): Promise<Trap> {
  let visits = 0;
  const server = createServer((_, response) => {
    visits += 1;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}/`,
    visits: () => visits,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

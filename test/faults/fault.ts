import type { TemporaryAccount } from '../emulators/account.ts';
import type { Emulator } from '../emulators/catalogue.ts';
import type { Fault } from '../emulators/fault-plan.ts';
import type { PositionName } from './position.ts';
import type { FaultProvider, ProviderName } from './provider.ts';

/** How a copy ends: well, or with one name of the closed list of errors. */
export type Result = string;

/**
 * What the destination holds in the end: the pinned version of the source; nothing, or what somebody else wrote, as if
 * there had been no copy; or anything else.
 */
export type Bytes = 'right' | 'untouched' | 'wrong';

/** What a cell should show. */
export interface Expectation {
  readonly result: Result;
  /** Default: right for `ok`, untouched otherwise. */
  readonly bytes?: Exclude<Bytes, 'wrong'>;
  /** Why, where the cell is not as the rest of its row; shown below the table. */
  readonly because?: string;
}

/** An expectation for some cells of a fault; the first that matches counts. */
export interface Exception extends Expectation {
  readonly at?: readonly PositionName[];
  readonly on?: readonly ProviderName[];
}

/** The world of a cell while its copy runs, for what changes in it. */
export interface FaultWorld {
  readonly provider: FaultProvider;
  readonly emulator: Emulator;
  readonly source: { readonly bucket: string; readonly key: string };
  readonly destination: { readonly bucket: string; readonly key: string };
  /** Who may call from now on, and what the secret of our store says from now on. */
  readonly setKeys: (account: TemporaryAccount, stored: TemporaryAccount | undefined) => void;
  /** The provider's clock is ahead of ours by so much from now on. */
  readonly setClockAheadMs: (ms: number) => void;
  /** Somebody else writes the destination. */
  readonly writeDestination: () => void;
  /** Where a redirect leads: a server that counts who comes. */
  readonly elsewhere: string;
}

/**
 * What a fault is: an answer that goes wrong, or a world that changes when the request has arrived, before its signature
 * is looked at.
 */
export type Injection =
  | { readonly kind: 'answer'; readonly fault: (world: Pick<FaultWorld, 'provider' | 'elsewhere'>) => Fault }
  | { readonly kind: 'change'; readonly change: (world: FaultWorld) => void };

/** One fault at all positions where it can happen. */
export interface FaultSpec {
  /** For `--fault`. */
  readonly name: string;
  /** For a person; the first column of its table. */
  readonly title: string;
  readonly at: readonly PositionName[];
  readonly injection: Injection;
  /** How often the request is hit; default once. */
  readonly times?: number | 'for ever';
  /** The copy's options besides those that every cell has. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The source's and the destination's bucket keep versions. */
  readonly versioned?: boolean;
  /** The request that is hit is given up so soon, in milliseconds: no table waits for a real timeout. */
  readonly timeoutMs?: number;
  /** The copy has to wait so long at least, because it was asked to. */
  readonly waitsMs?: (provider: ProviderName) => number;
  /** Our keys come with a session token. */
  readonly session?: boolean;
  /** Retries depend on who is faster, so that the table does not show them. */
  readonly racy?: boolean;
  /** Says why the fault cannot happen there; such a cell shows `-`. */
  readonly unlike?: (provider: FaultProvider, position: PositionName) => string | undefined;
  readonly expect: Expectation;
  readonly except?: readonly Exception[];
}

/** A table of the document. */
export interface Family {
  readonly title: string;
  readonly text: string;
  readonly faults: readonly FaultSpec[];
}

/** The usual end of a fault that passes. */
export const OK: Expectation = { result: 'ok' };

/** An answer that goes wrong in the same way everywhere. */
export function answering(fault: Fault): Injection {
  return { kind: 'answer', fault: () => fault };
}

/** A world that changes. */
export function changing(change: (world: FaultWorld) => void): Injection {
  return { kind: 'change', change };
}

import { type Window, withLostWindows } from '@objectferry/shared/copy/lost-uploads.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import { STATES, stateOfEitherWay } from '@objectferry/shared/naming.ts';
import type { Resume } from '../engine.ts';
import type { MachineEvent } from '../machine-event.ts';
import { type ExecutionRecord, pinnedOf } from './record.ts';

/** All others are entered once Initiate was through, and to get the copy done: their input names the upload. */
const NO_WORK: readonly string[] = [
  STATES.start,
  STATES.way,
  STATES.initiate,
  STATES.next,
  STATES.abort,
  STATES.succeeded,
  STATES.failed,
];
/** How long Initiate may take, so long after its beginning it may have opened an upload. */
const INITIATE_MS = 900_000;

/** What an event of the machine adds to the record of its execution. */
export function enteredBy(event: MachineEvent): Pick<ExecutionRecord, 'at' | 'aborting'> | undefined {
  if (event.type !== 'StateEntered' || event.index !== undefined) return undefined;
  const { name: state, input } = event.state;
  if (state === STATES.abort) return { aborting: { input } };
  return NO_WORK.includes(stateOfEitherWay(state)) ? undefined : { at: { state, input } };
}

/**
 * Where an execution goes on whose process died in the middle of it; undefined for its beginning.
 *
 * It enters its state again, which is as safe as Lambda running a handler twice, and the handlers are made for that:
 * CopySpan lists the parts and copies what is missing, CopyWhole and Complete ask first whether the destination carries
 * their token, Abort repeats until nothing is there. To begin again from the start would throw away hours of copying,
 * and with `overwrite: never` would fail on the very object that the copy had just completed.
 */
export function resumeAfterCrash({ at, aborting, ranAt }: ExecutionRecord): Resume | undefined {
  if (ranAt === undefined) return undefined;
  const startedAt = new Date(ranAt);
  if (aborting !== undefined) return { state: STATES.abort, input: aborting.input, startedAt };
  return at && { ...at, startedAt };
}

/** True when parts that a failed execution copied are still at the provider, because it was told to keep them. */
export function keptParts(record: ExecutionRecord): boolean {
  const pinned = pinnedOf(record);
  return pinned?.uploadId !== undefined && pinned.options.onFailure === 'keep';
}

/**
 * The way through Abort for an execution that ended, or begins again, without having been there.
 *
 * Before its end Initiate may have opened an upload whose id nobody has heard: then Abort removes uploads of exactly
 * this key that began while Initiate may have been at work and have no parts, and no others.
 */
export function throughAbort({ request, ranAt, at, leftOver = at?.input }: ExecutionRecord, now: Date): Resume {
  const startedAt = new Date(ranAt ?? now);
  if (typeof leftOver === 'object') {
    return { state: STATES.abort, input: { ...leftOver, error: { Error: 'Unknown' } }, startedAt };
  }
  const to = new Date(Math.min(now.getTime(), startedAt.getTime() + INITIATE_MS));
  return throughLostWindows(request, [{ from: startedAt, to }]);
}

/** The way through Abort for uploads that may have opened in one of these stretches of time, and have no parts. */
export function throughLostWindows(request: unknown, windows: readonly [Window, ...Window[]]): Resume {
  const died = new CopyError('Unknown', 'Initiate was at work.');
  const { name, message } = withLostWindows(died, windows);
  const startedAt = new Date(Math.min(...windows.map(({ from }) => from.getTime())));
  return { state: STATES.abort, input: { request, error: { Error: name, Cause: message } }, startedAt };
}

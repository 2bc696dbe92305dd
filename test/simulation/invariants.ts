import { AbortInput, type Check, type PinnedCopy, Receipt, Step } from '@objectferry/shared/contract.ts';
import { ERROR_NAMES } from '@objectferry/shared/errors.ts';
import { bareEtag } from '@objectferry/shared/etag.ts';
import * as v from 'valibot';
import type { Content } from '../emulators/content.ts';
import type { StoredVersion } from '../emulators/object-types.ts';
import type { Execution } from './execution.ts';
import type { Witness, Write } from './witness.ts';
import { DESTINATION, type World } from './world.ts';

/** Names that an execution may end with besides ours: those of Lambda and Step Functions. */
const SERVICE_ERRORS = [
  'Lambda.TooManyRequestsException',
  'Lambda.Unknown',
  'Runtime.ExitError',
  'Sandbox.Timedout',
  'States.Timeout',
];

export interface Checked {
  readonly world: World;
  readonly witness: Witness;
  readonly execution: Execution;
}

const Payload = v.object({ copy: v.optional(v.unknown()) });

/** What holds at the end of every run, whatever happened in it. */
export function checkEnd({ world, witness, execution }: Checked): void {
  checkWrites(world, witness, execution);
  checkError(witness, execution);
  if (execution.status === 'SUCCEEDED') checkSuccess(world, witness, execution);
  else if (world.scenario.calm && !mayFailInCalm(execution)) {
    witness.accuse('calm copies succeed', `${execution.error}: ${execution.cause?.slice(0, 500)}`);
  }
  checkSecrets(world, witness, execution);
}

/** What holds whenever an Abort has answered: at its last look the upload was gone. A part may still land after that. */
export function checkAborted(
  { world: { model }, witness }: Pick<Checked, 'world' | 'witness'>,
  payload: unknown,
): void {
  const input = v.safeParse(AbortInput, payload);
  const copy = input.success ? input.output.state.copy : undefined;
  if (copy?.uploadId === undefined || copy.options.onFailure === 'keep') return;
  const upload = model.upload(copy.destination.bucket, copy.destination.key, copy.uploadId);
  const revivedAt = witness.revived.get(copy.uploadId) ?? Number.NEGATIVE_INFINITY;
  if (upload === undefined || revivedAt > witness.abortWorkedAt) return;
  witness.accuse('abort looks', 'Abort has answered, but the upload was still there when it last asked.');
}

/** Where hardly anything went wrong a copy needs nobody to come after it. */
export function checkCalm(checked: Checked): void {
  if (checked.world.scenario.calm) checkNothingLeft(checked);
}

/** What holds once clean-up and sweeps are through. */
export function checkNothingLeft({ world, witness, execution }: Checked): void {
  const open = new Set(world.model.bucket(DESTINATION.bucket)?.uploads.keys());
  const kept = keptUpload(execution);
  for (const [id, { by, openedAt, upload }] of witness.ours) {
    if (!open.has(id) || id === kept) continue;
    const since = ((openedAt - witness.startedAt) / 1000).toFixed(1);
    witness.accuse(
      'nothing is left',
      `The upload of ${upload.parts.size} parts that ${by.name} opened after ${since} s is still there; the execution ${execution.status}.`,
    );
  }
}

function keptUpload({ status, history }: Execution): string | undefined {
  if (status === 'SUCCEEDED') return undefined;
  const copy = pinnedOf(history.events);
  return copy?.options.onFailure === 'keep' ? copy.uploadId : undefined;
}

function pinnedOf(events: Execution['history']['events']): PinnedCopy | undefined {
  for (const { type, stateExitedEventDetails: exit } of events.toReversed()) {
    if (type !== 'TaskStateExited' || !String(exit?.['name']).startsWith('Initiate')) continue;
    const step = v.safeParse(v.pipe(v.string(), v.parseJson(), Step), exit?.['output']);
    if (step.success && step.output.strategy !== 'finished') return step.output.copy;
  }
  return undefined;
}

/** Without a token some unclear answers cannot be settled, and a checksum may really not be there. */
function mayFailInCalm({ error, cause = '', input }: Execution): boolean {
  const hasToken = !input.includes('"token":false');
  return (
    error === 'DestinationExists' ||
    (error === 'Unsupported' && cause.includes('requireChecksum')) ||
    // Without a token nobody can tell that the object is ours when this state runs again.
    (error === 'UploadGone' && !hasToken) ||
    (error === 'Unknown' && cause.includes('Nothing tells whether'))
  );
}

function checkError(witness: Witness, { status, error, cause }: Execution): void {
  if (status !== 'FAILED') return;
  if ([...ERROR_NAMES, ...SERVICE_ERRORS].some((name) => name === error)) return;
  witness.accuse('errors have names', `The execution failed with ${error}: ${cause?.slice(0, 500)}`);
}

const ADOPTED = 'a part of the right size was put by somebody else, and adopted';

/** A span that is repeated takes parts for its own that have the right size. */
function isAdopted({ variant }: World, { foreignPartAt, spanListedAt }: Witness, { operation }: Write): boolean {
  if (operation !== 'CompleteMultipartUpload' || foreignPartAt === Number.POSITIVE_INFINITY) return false;
  // QingStor may answer without an ETag, and then the list of parts is asked for it.
  return spanListedAt >= foreignPartAt || variant.provider === 'qingstor';
}

/** Whatever a request of ours made is the pinned content, and took nobody's place that was not to be taken. */
function checkWrites(world: World, witness: Witness, execution: Execution): void {
  for (const write of witness.writes) {
    const copy = v.safeParse(Payload, write.by.payload);
    const pinned = copy.success ? pinnedContents(witness, copy.output.copy) : [];
    const isRight = pinned.some((content) => isSame(content, write.version.content));
    if (!isRight && isAdopted(world, witness, write)) witness.known.add(ADOPTED);
    else if (!isRight && !mayBeWrong({ world, witness, execution }, write)) {
      witness.accuse('never a wrong object', `${write.by.name} has written other bytes than those it had pinned.`);
    }
    checkOverwrite(world, witness, write);
  }
}

/**
 * One request has written the object before anybody can know that a store without conditions took another source. The
 * copy has to fail then, and to say so.
 */
function mayBeWrong(
  { world: { variant }, witness, execution: { status, cause } }: Checked,
  { operation }: Write,
): boolean {
  if (witness.rotten && status !== 'SUCCEEDED') return true;
  if (variant.provesSource || operation !== 'CopyObject') return false;
  return status !== 'SUCCEEDED' && (status !== 'FAILED' || cause?.includes('do not use it') === true);
}

/** Between a look and the write somebody may be faster; what had been seen, or could have been, must stay. */
function checkOverwrite({ scenario }: World, witness: Witness, { replaced, by, lookedAt }: Write): void {
  if (scenario.options['overwrite'] !== 'never' || replaced === undefined) return;
  const writtenAt = witness.strangers.get(replaced);
  if (writtenAt === undefined || writtenAt > Math.max(lookedAt, by.startedAt)) return;
  witness.accuse('never overwritten', `${by.name} has replaced an object that was there before it looked.`);
}

function pinnedContents(witness: Witness, copy: unknown): Content[] {
  const pinned = v.safeParse(v.object({ etag: v.string(), size: v.number() }), copy);
  if (!pinned.success) return [];
  return witness.sources
    .filter((version) => sameTag(version, pinned.output.etag) && version.content.size === pinned.output.size)
    .map(({ content }) => content);
}

function sameTag({ etag }: StoredVersion, other: string): boolean {
  return etag.toLowerCase() === bareEtag(other).toLowerCase();
}

function isSame(a: Content, b: Content): boolean {
  return a.size === b.size && a.md5().equals(b.md5());
}

function checkSuccess(world: World, witness: Witness, execution: Execution): void {
  const receipt = v.safeParse(Receipt, execution.output);
  if (!receipt.success) {
    witness.accuse('the receipt is true', `The output is no receipt: ${JSON.stringify(execution.output)}`);
    return;
  }
  const { source, destination, size, strategy, checks } = receipt.output;
  const different = checks.find(({ result }) => result === 'different');
  if (different !== undefined) witness.accuse('the receipt is true', `It succeeded, but ${different.name} differs.`);
  const contents = witness.sources.filter((version) => sameTag(version, source.etag)).map(({ content }) => content);
  const made = madeBy(witness, strategy);
  const right = made.filter((version) => contents.some((content) => isSame(content, version.content)));
  const meant = right.find(
    ({ etag }) => destination.etag === undefined || bareEtag(destination.etag).toLowerCase() === etag.toLowerCase(),
  );
  if (made.length === 0 && world.variant.provider === 'obs' && witness.meddledAt > executionStart(execution)) {
    // There the moment of a write is that of its Initiate, and somebody else was later.
    if (checks.some(({ name, result }) => name === 'size' && result === 'equal')) {
      witness.accuse('the receipt is true', 'It says that the size is equal, but there is no object.');
    }
    return;
  }
  if (witness.known.has(ADOPTED)) return;
  if (meant === undefined || meant.content.size !== size) {
    witness.accuse(
      'success only if identical',
      `No object of ${size} bytes was made that is the source: ${JSON.stringify(destination)}`,
    );
    return;
  }
  checkClaims(witness, receipt.output, meant);
  const current = world.model.version(DESTINATION.bucket, DESTINATION.key);
  if (current === undefined || current.deleteMarker || witness.strangers.has(current)) return;
  if (!contents.some((content) => isSame(content, current.content))) {
    witness.accuse('success only if identical', 'It succeeded, and another object stands at the destination.');
  }
}

function executionStart({ startDate }: Execution): number {
  return startDate.getTime();
}

/** A copy that was skipped counts on what was there. */
function madeBy(witness: Witness, strategy: Receipt['strategy']): StoredVersion[] {
  const ours = witness.writes.map(({ version }) => version);
  return strategy === 'skip' ? [...ours, ...witness.strangers.keys()] : ours;
}

/** What a check that is said to be equal has to say. */
const CLAIMS: Readonly<Record<string, (check: Check, made: StoredVersion) => boolean>> = {
  size: ({ source }, { content }) => Number(source) === content.size,
  crc64ecma: ({ source }, { content }) => source === content.crc64().toString(),
  etag: ({ destination = '' }, { etag }) => bareEtag(destination).toLowerCase() === etag.toLowerCase(),
  sourceUnchanged: ({ source }) => source !== undefined,
};

function checkClaims(witness: Witness, { checks, strategy }: Receipt, made: StoredVersion): void {
  const lie = checks.find((check) => check.result === 'equal' && CLAIMS[check.name]?.(check, made) === false);
  if (lie !== undefined) witness.accuse('the receipt is true', `It says what is not so: ${JSON.stringify(lie)}`);
  const required = strategy === 'parts' ? ['size', 'parts'] : ['size'];
  const missing = required.find((name) => !checks.some((check) => check.name === name));
  if (missing !== undefined) witness.accuse('the receipt is true', `It says nothing about ${missing}.`);
}

/** Neither in the history, nor in a log, nor in an error. */
function checkSecrets({ secrets }: World, witness: Witness, { history, output, error, cause }: Execution): void {
  witness.hear(JSON.stringify([history.events, output, error, cause]));
  for (const text of witness.said()) {
    const told = secrets.find((secret) => text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1)));
    if (told !== undefined) witness.accuse('secrets are kept', `Somebody was told ${told}.`);
  }
}

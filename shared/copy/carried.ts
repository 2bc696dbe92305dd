import type { Aspect, Carried, GivenAspect, PinnedCopy } from '../contract.ts';
import type { ObjectFacts } from '../provider/provider.ts';
import type { Runtime } from '../runtime.ts';
import { encryptionText, METADATA_WORDS, storageClassOf, withoutToken } from './carried-given.ts';
import { fingerprints, sameShown, shown, shownRecord } from './carried-text.ts';

/** What the destination shows of itself after it was written. */
export interface Kept {
  readonly facts: ObjectFacts;
  /** As a receipt shows them; undefined where nobody could read them. */
  readonly tags: string | undefined;
  readonly acl: string | undefined;
  readonly byCustomer: boolean;
}

/** In a note, more names than these would say less. */
const LONGEST_NOTE = 200;

/** What a person can do about what a copy does not take along. */
const ADVICE: Readonly<Partial<Record<Aspect, string>>> = {
  acl: 'the copy has the default of its bucket; options.acl gives it another',
  storageClass: 'the copy has the default of its bucket; options.storageClass gives it another',
  encryption: 'the copy has the default of its bucket; options.encryption gives it another',
  expiry: 'the copy does not expire by itself',
  retention: 'no copy takes it along: protect the copy at its store',
  legalHold: 'no copy takes it along: put it on the copy at its store',
  websiteRedirect: 'no copy takes it along: set it on the copy at its store',
};

/**
 * Compares what the source has and the destination was given with what its provider keeps, aspect by aspect.
 *
 * @param kept undefined where the destination could not be looked at.
 */
export function compareCarried(given: readonly GivenAspect[], kept: Kept | undefined): Carried[] {
  if (kept === undefined) return given.map((aspect) => unseen(aspect));
  const compared = given.map((aspect) => compareAspect(aspect, kept));
  const known = new Set(given.map(({ name }) => name));
  return [...compared, ...addedByDefault(known, kept)];
}

/** The names of what the provider keeps otherwise than it was given it. */
function differing(carried: readonly Carried[] = []): Aspect[] {
  return carried.filter(({ result }) => result === 'different').map(({ name }) => name);
}

/** Says aloud what does not fail a copy and yet is not what was asked for. Values stay out of logs. */
export function warnOfDifferences(
  { observe }: Pick<Runtime, 'observe'>,
  { destination: { bucket, key } }: Pick<PinnedCopy, 'destination'>,
  carried: readonly Carried[],
): void {
  const names = differing(carried);
  if (names.length === 0) return;
  observe({
    type: 'warning',
    sentence: `The destination ${bucket}/${key} has the source's bytes, but its store keeps another ${names.join(', ')} than it was given: the receipt says more.`,
  });
}

function unseen({ name, source, given }: GivenAspect): Carried {
  if (name === 'acl' && given === undefined) return { name, result: 'notCarried', note: ADVICE.acl };
  return { name, result: 'unavailable', source: source ?? given };
}

function compareAspect(aspect: GivenAspect, kept: Kept): Carried {
  const { name, source, given } = aspect;
  const destination = keptText(name, kept);
  const unread = notRead(aspect, destination);
  if (unread !== undefined) return unread;
  const entry = { name, source, destination };
  if (given === undefined) return notGiven(aspect, entry);
  // Encryption that is not as it was asked for has failed the copy before.
  if (name !== 'encryption' && !same(name, given, destination)) {
    return { ...entry, result: 'different', note: noteOf(aspect, kept) };
  }
  return { ...entry, result: same(name, source, destination) ? 'equal' : 'asAsked' };
}

/** What HEAD does not show, and nobody could read besides. */
function notRead(aspect: GivenAspect, destination: string | undefined): Carried | undefined {
  const { name, source, given } = aspect;
  if (name === 'acl' && given === undefined) return unseen(aspect);
  if (name === 'tags' && source === undefined && given === undefined) {
    return { name, result: 'unavailable', note: 'those of the source may not be read: they may be lost' };
  }
  if (given === undefined || destination !== undefined || (name !== 'tags' && name !== 'acl')) return undefined;
  return { name, result: 'unavailable', source: source ?? given, note: 'given, but it may not be read back' };
}

function notGiven({ name, source, asked = false }: GivenAspect, entry: Omit<Carried, 'result'>): Carried {
  if (same(name, source, entry.destination)) return { ...entry, result: 'equal' };
  return asked ? { ...entry, result: 'asAsked' } : { ...entry, result: 'notCarried', note: ADVICE[name] };
}

/** What the destination has although neither the source nor any option does. */
function addedByDefault(known: ReadonlySet<Aspect>, kept: Kept): Carried[] {
  return (['contentType', 'metadata', 'encryption', 'expiry', 'retention', 'legalHold'] as const).flatMap((name) => {
    const destination = known.has(name) ? undefined : keptText(name, kept);
    return destination === undefined ? [] : [{ name, result: 'added', destination }];
  });
}

function same(name: Aspect, given: string | undefined, destination: string | undefined): boolean {
  return given !== undefined && destination !== undefined && sameShown(name, given, destination);
}

function keptText(name: Aspect, { facts, tags, acl, byCustomer }: Kept): string | undefined {
  if (name === 'metadata') return shownRecord(withoutToken(facts.metadata), METADATA_WORDS);
  if (name === 'tags') return tags;
  if (name === 'acl') return acl;
  if (name === 'storageClass') return storageClassOf(facts);
  if (name === 'encryption') return encryptionText(facts.encryption, byCustomer);
  if (name === 'expiry' || name === 'retention' || name === 'legalHold' || name === 'websiteRedirect') {
    return facts[name] === undefined ? undefined : shown(facts[name]);
  }
  const value = facts.headers[name];
  return value === undefined ? undefined : shown(value);
}

/** Says what of the metadata is not as it was given, or what was asked for where the source has something else. */
function noteOf({ name, source, given, each }: GivenAspect, { facts }: Kept): string | undefined {
  if (name !== 'metadata') return given === source ? undefined : `given ${given}`;
  if (each === undefined) return `given ${given}`;
  const wanted = new Map(each.map(split));
  const found = new Map(fingerprints(withoutToken(facts.metadata)).map(split));
  const names = (of: ReadonlyMap<string, string>, test: (name: string) => boolean): string =>
    [...of.keys()].filter(test).join(', ');
  const said = [
    ['missing', names(wanted, (entry) => !found.has(entry))],
    ['changed', names(wanted, (entry) => found.has(entry) && found.get(entry) !== wanted.get(entry))],
    ['not given', names(found, (entry) => !wanted.has(entry))],
  ].flatMap(([word, list]) => (list === '' ? [] : `${word}: ${list}`));
  const note = said.join('; ');
  return note.length <= LONGEST_NOTE ? note : `${note.slice(0, LONGEST_NOTE).toWellFormed()}…`;
}

function split(entry: string): [name: string, digest: string] {
  const end = entry.indexOf('=');
  return [entry.slice(0, end), entry.slice(end + 1)];
}

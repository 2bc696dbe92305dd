import { describe, expect, it } from 'vitest';
import { compareCarried, type Kept, warnOfDifferences } from '../../../shared/copy/carried.ts';
import { givenAspects } from '../../../shared/copy/carried-given.ts';
import { shownRecord } from '../../../shared/copy/carried-text.ts';
import { TOKEN_METADATA } from '../../../shared/naming.ts';
import type { ObjectFacts } from '../../../shared/provider/provider.ts';
import type { CopyEvent } from '../../../shared/runtime.ts';

const FACTS: ObjectFacts = {
  size: 1,
  etag: '"e"',
  lastModified: new Date(0),
  access: 'readable',
  type: 'normal',
  checksums: {},
  headers: {},
  metadata: {},
};
const ALL = { acl: true, storageClasses: true };

type GivenInput = Parameters<typeof givenAspects>[0];

/** A copy without options, of a source of which only something is said. */
function given(
  source: Partial<ObjectFacts>,
  more: Partial<GivenInput> = {},
  options: Partial<GivenInput['options']> = {},
) {
  const facts = { ...FACTS, ...source };
  return givenAspects({
    source: facts,
    object: { headers: facts.headers, metadata: { ...facts.metadata, [TOKEN_METADATA]: 't' } },
    tags: {},
    capabilities: { acl: false, storageClasses: false },
    ...more,
    options: { metadata: 'copy', tags: 'copy', ...options },
  });
}

/** What the destination shows, of which only something is said. */
function kept(facts: Partial<ObjectFacts>, more: Partial<Kept> = {}): Kept {
  const metadata = { ...facts.metadata, [TOKEN_METADATA]: 't' };
  return { facts: { ...FACTS, ...facts, metadata }, tags: undefined, acl: undefined, byCustomer: false, ...more };
}

describe('what was carried', () => {
  it('is an entry for each aspect that either side has, and none for others', () => {
    expect(compareCarried(given({}), kept({}))).toEqual([]);
    const facts = { headers: { contentType: 'video/mp4' }, metadata: { owner: 'alice' } };
    expect(compareCarried(given(facts), kept(facts))).toEqual([
      { name: 'contentType', result: 'equal', source: 'video/mp4', destination: 'video/mp4' },
      {
        name: 'metadata',
        result: 'equal',
        source: shownRecord(facts.metadata, ['name', 'names']),
        destination: shownRecord(facts.metadata, ['name', 'names']),
      },
    ]);
  });

  it('names what of the metadata is missing, changed or not given', () => {
    const source = { metadata: { lost: '1', other: '2', right: '3', constructor: '4' } };
    const entries = compareCarried(given(source), kept({ metadata: { other: 'x', right: '3', more: '5' } }));
    expect(entries).toMatchObject([
      { name: 'metadata', result: 'different', note: 'missing: lost, constructor; changed: other; not given: more' },
    ]);
  });

  it('says how many where the names are too many for the state', () => {
    const metadata = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`name-${index}`, 'v']));
    const aspects = given({ metadata });
    expect(JSON.stringify(aspects).length).toBeLessThan(300);
    expect(compareCarried(aspects, kept({ metadata }))).toMatchObject([{ result: 'equal' }]);
    const entries = compareCarried(aspects, kept({}));
    expect(entries).toMatchObject([{ result: 'different', note: expect.stringMatching(/^given 100 names, /) }]);
  });

  it('is what an option asks for, or different', () => {
    const aspects = given(
      { headers: { contentType: 'video/mp4', cacheControl: 'no-cache' }, storageClass: 'Standard' },
      { object: { headers: { contentType: 'text/css' }, metadata: {} }, capabilities: ALL },
      { metadata: { contentType: 'text/css', user: {} }, storageClass: 'IA', acl: 'private' },
    );
    const facts = { headers: { contentType: 'text/css' }, storageClass: 'IA' };
    expect(compareCarried(aspects, kept(facts, { acl: 'private' }))).toEqual([
      { name: 'contentType', result: 'asAsked', source: 'video/mp4', destination: 'text/css' },
      { name: 'cacheControl', result: 'asAsked', source: 'no-cache', destination: undefined },
      { name: 'acl', result: 'asAsked', source: undefined, destination: 'private' },
      { name: 'storageClass', result: 'asAsked', source: 'Standard', destination: 'IA' },
    ]);
    expect(compareCarried(aspects, kept({ storageClass: 'Standard' }, { acl: 'public-read' }))).toMatchObject([
      { name: 'contentType', result: 'different', note: 'given text/css' },
      { name: 'cacheControl', result: 'asAsked' },
      { name: 'acl', result: 'different', destination: 'public-read', note: 'given private' },
      { name: 'storageClass', result: 'different', note: 'given IA' },
    ]);
  });

  it.each([
    ['storageClass', { storageClass: 'IA' }, { storageClass: 'Standard' }, 'options.storageClass'],
    ['encryption', { encryption: { algorithm: 'KMS', keyId: 'k' } }, {}, 'options.encryption'],
    ['expiry', { expiry: 'Wed, 21 Oct 2026 07:28:00 GMT' }, {}, 'does not expire'],
    ['retention', { retention: 'COMPLIANCE until 2027-01-01T00:00:00Z' }, {}, 'protect the copy'],
    ['legalHold', { legalHold: 'ON' }, {}, 'put it on the copy'],
    ['websiteRedirect', { websiteRedirect: '/else' }, {}, 'set it on the copy'],
  ] as const)('says that %s stays behind, and what to do', (name, source, destination, advice) => {
    const entries = compareCarried(
      given(source, { capabilities: { acl: false, storageClasses: true } }),
      kept(destination),
    );
    const found = entries.find((entry) => entry.name === name);
    expect(found).toMatchObject({ result: 'notCarried', source: expect.any(String) });
    expect(found?.note).toContain(advice);
  });

  it('is equal also where the destination has it by its own default, and added where the source has nothing', () => {
    const encryption = { algorithm: 'AES256' };
    expect(compareCarried(given({ encryption }), kept({ encryption }))).toMatchObject([
      { name: 'encryption', result: 'equal' },
    ]);
    expect(compareCarried(given({}), kept({ encryption, retention: 'GOVERNANCE' }))).toEqual([
      { name: 'encryption', result: 'added', destination: 'AES256' },
      { name: 'retention', result: 'added', destination: 'GOVERNANCE' },
    ]);
  });

  it('takes the key of a customer for no other encryption, and never shows it', () => {
    const encryption = { algorithm: 'AES256' };
    const customer = { kind: 'customer', keySecret: 'name-of-secret' } as const;
    const aspects = given({ encryption }, {}, { sourceEncryption: customer });
    expect(compareCarried(aspects, kept({ encryption }))).toMatchObject([
      { name: 'encryption', result: 'notCarried', source: 'customer key', destination: 'AES256' },
    ]);
    const both = given({ encryption }, {}, { sourceEncryption: customer, encryption: customer });
    expect(compareCarried(both, kept({ encryption }, { byCustomer: true }))).toMatchObject([{ result: 'equal' }]);
    expect(JSON.stringify(both)).not.toContain('name-of-secret');
  });

  it.each([
    ['kept', 'copy', { a: '1' }, '1 tag', 'equal'],
    ['asked for', { a: '1' }, { a: '1' }, '1 tag', 'asAsked'],
    ['not to be read back', 'copy', { a: '1' }, undefined, 'unavailable'],
    ['not wanted', 'none', {}, undefined, 'asAsked'],
    ['not to be read at the source', 'copy', undefined, undefined, 'unavailable'],
  ] as const)('are tags that are %s', (_, choice, tags, back, result) => {
    const read = back === undefined ? undefined : shownRecord({ a: '1' }, ['tag', 'tags']);
    const aspects = given({ tagCount: 1 }, { tags }, { tags: choice });
    expect(compareCarried(aspects, kept({}, { tags: read }))).toMatchObject([{ name: 'tags', result }]);
  });

  it('is the ACL of the bucket, unless one was asked for', () => {
    const capabilities = { acl: true, storageClasses: false };
    expect(compareCarried(given({}, { capabilities }), kept({}))).toMatchObject([
      { name: 'acl', result: 'notCarried', note: expect.stringContaining('options.acl') },
    ]);
    expect(compareCarried(given({}, { capabilities }, { acl: 'public-read' }), kept({}))).toMatchObject([
      { name: 'acl', result: 'unavailable', source: 'public-read' },
    ]);
  });

  it('is unknown where the destination may not be looked at', () => {
    const source = { headers: { contentType: 'video/mp4' }, metadata: { a: '1' }, retention: 'GOVERNANCE' };
    const results = compareCarried(given(source), undefined).map(({ name, result }) => [name, result]);
    expect(results).toEqual([
      ['contentType', 'unavailable'],
      ['metadata', 'unavailable'],
      ['retention', 'unavailable'],
    ]);
  });

  it('never fills the state, however much the source has', () => {
    const long = 'x'.repeat(8000);
    const aspects = given(
      {
        headers: {
          contentType: long,
          cacheControl: long,
          contentDisposition: long,
          contentEncoding: long,
          contentLanguage: long,
          expires: long,
        },
        metadata: Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`name-${index}`, long])),
        storageClass: long,
        encryption: { algorithm: 'KMS', keyId: long },
        websiteRedirect: long,
        expiry: long,
        retention: long,
      },
      { capabilities: ALL },
    );
    expect(JSON.stringify(aspects).length).toBeLessThan(4_500);
  });

  it('warns of what the store keeps otherwise, by name and without a value', () => {
    const heard: CopyEvent[] = [];
    const copy = { destination: { store: 'hz', bucket: 'archive', key: 'copy' } };
    const runtime = { observe: (event: CopyEvent) => heard.push(event) };
    warnOfDifferences(runtime, copy, compareCarried(given({}), kept({})));
    expect(heard).toEqual([]);
    const source = { headers: { cacheControl: 'secret-value' }, metadata: { a: 'secret-value' } };
    warnOfDifferences(runtime, copy, compareCarried(given(source), kept({})));
    expect(heard).toMatchObject([{ type: 'warning', sentence: expect.stringContaining('cacheControl, metadata') }]);
    expect(JSON.stringify(heard)).not.toContain('secret-value');
  });
});

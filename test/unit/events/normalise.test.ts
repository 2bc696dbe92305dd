import { CopyError } from '@objectferry/shared/errors.ts';
import { normalise } from '@objectferry/shared/events/normalise.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SAMPLES } from './samples.ts';

/** As JSON: dates as texts, nothing that is undefined. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const s3Message = (object: object, record: object = {}): string =>
  JSON.stringify({
    Records: [
      { eventName: 'ObjectCreated:Put', eventSource: 'aws:s3', s3: { bucket: { name: 'raw' }, object }, ...record },
    ],
  });

const refusal = (text: string): string => {
  try {
    normalise(text);
  } catch (error) {
    if (error instanceof CopyError && error.name === 'InvalidRequest') return error.summary;
    throw error;
  }
  return expect.fail('the message was read');
};

describe('recorded notifications', () => {
  it.each(SAMPLES)('$name', ({ text, created, ignored, rejected }) => {
    const read = normalise(text);
    expect(plain(read.created)).toEqual(created);
    expect(read.ignored).toHaveLength(ignored);
    expect(read.rejected).toHaveLength(rejected);
    for (const error of read.rejected) expect(error.name).toBe('InvalidRequest');
    for (const { reason } of read.ignored) expect(reason).toMatch(/^[A-Z].*\.$/);
  });

  it('trusts the origin of an envelope only around the whole message', () => {
    const envelope = (body: string) =>
      JSON.stringify({
        objectferry: 'push',
        provider: 's3',
        origin: { kind: 'topic', topic: 'arn:aws:sns:eu-west-1:1:a' },
        receivedAt: '2026-11-21T00:00:00Z',
        body,
      });
    expect(normalise(envelope(s3Message({ key: 'k' }))).origin).toEqual({
      kind: 'topic',
      topic: 'arn:aws:sns:eu-west-1:1:a',
    });
    expect(normalise(s3Message({ key: 'k' })).origin).toEqual({ kind: 'queue' });
    expect(refusal(envelope(envelope(s3Message({ key: 'k' }))))).toContain('none of the known forms');
  });
});

describe('keys', () => {
  it.each([
    ['a+b%2Bc', ['a b+c']],
    ['100%25/done%2520.txt', ['100%/done%20.txt']],
    ['100%/done', ['100%/done']],
    ['%ff', ['%ff']],
  ])('of S3 are decoded like a form: %s', (key, keyForms) => {
    expect(normalise(s3Message({ key })).created.map((event) => event.keyForms)).toEqual([keyForms]);
  });

  it.each([
    ['plain/key.bin', ['plain/key.bin']],
    ['a+b', ['a+b', 'a b']],
    ['a%20b', ['a%20b', 'a b']],
    ['100%', ['100%']],
  ])('of OSS may mean two things: %s', (key, keyForms) => {
    const oss = { bucket: { name: 'raw' }, object: { key } };
    const text = JSON.stringify({ events: [{ eventName: 'ObjectCreated:PutObject', oss }] });
    expect(normalise(text).created.map((event) => event.keyForms)).toEqual([keyForms]);
  });

  it('round-trip through the encoding of S3, whatever they are', () => {
    const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 250 }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(key, (raw) => {
        const encoded = encodeURIComponent(raw).replaceAll('%20', '+');
        expect(normalise(s3Message({ key: encoded })).created.map((event) => event.key)).toEqual([raw]);
      }),
      { seed: 41, numRuns: 500 },
    );
  });

  it.each([['\ud800'], ['x'.repeat(1025)], ['x'.repeat(4000)], ['']])('that cannot be are rejected alone', (key) => {
    const good = JSON.parse(s3Message({ key: 'good' }));
    const bad = JSON.parse(s3Message({ key }));
    const read = normalise(JSON.stringify({ Records: [...good.Records, ...bad.Records] }));
    expect(read.created.map((event) => event.key)).toEqual(['good']);
    expect(read.rejected.map(({ name }) => name)).toEqual(['InvalidRequest']);
  });
});

describe('events of OSS', () => {
  const read = (eventName: string) =>
    normalise(JSON.stringify({ events: [{ eventName, oss: { bucket: { name: 'raw' }, object: { key: 'k' } } }] }));
  const made = ['PutObject', 'PostObject', 'CopyObject', 'CompleteMultipartUpload', 'AppendObject', 'PutSymlink'];

  it.each([
    ...made.map((name) => `ObjectCreated:${name}`),
    'oss:ObjectCreated:PutObject',
    'ObjectReplication:ObjectCreated',
    'ObjectReplication:ObjectModified',
  ])('%s makes an object', (name) => {
    expect(read(name).created).toHaveLength(1);
  });

  it.each([
    'ObjectCreated:InitiateMultipartUpload',
    'ObjectCreated:UploadPart',
    'ObjectCreated:UploadPartCopy',
    'ObjectReplication:ObjectRemovedDeleteObject',
    'ObjectRemoved:DeleteObject',
    'ObjectDownloaded:GetObject',
    'objectcreated:putobject',
    'ObjectCreated:PutObjectTagging',
  ])('%s makes none', (name) => {
    expect(read(name)).toMatchObject({ created: [], ignored: [{ name }], rejected: [] });
  });
});

describe('one form inside of another', () => {
  const sns = (message: object) => ({ Type: 'Notification', TopicArn: 'a', Message: JSON.stringify(message) });
  const own = (body: object, provider = 's3') => ({
    objectferry: 'push',
    provider,
    origin: { kind: 'rules', rules: ['films'] },
    receivedAt: '2026-11-21T00:00:00Z',
    body: JSON.stringify(body),
  });
  const record = { eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'raw' }, object: { key: 'k' } } };
  const bridge = { source: 'aws.s3', 'detail-type': 'Object Created', detail: { bucket: { name: 'raw' }, object: {} } };

  it.each<[string, object]>([
    ['an envelope that a pushed body claims', own(own({ Records: [record] }))],
    ['an envelope that a topic carries into the queue', sns(own({ Records: [record] }))],
    ['an envelope among others', [own({ Records: [record] })]],
  ])('is believed by nobody: %s', (_, message) => {
    expect(refusal(JSON.stringify(message))).toContain('none of the known forms');
  });

  it.each<[string, object]>([
    ['an EventBridge event as a record', { Records: [bridge] }],
    ['an SNS message as a record', { Records: [sns({ Records: [record] })] }],
    ['an S3 record as an event of OSS', { events: [record] }],
    ['an S3 record in a push of OSS', own({ Records: [record] }, 'oss')],
  ])('is rejected: %s', (_, message) => {
    const { created, rejected } = normalise(JSON.stringify(message));
    expect([created, rejected.map(({ name }) => name)]).toEqual([[], ['InvalidRequest']]);
  });

  it('says whose object it is by the path of the push, not by its looks', () => {
    const { origin, created } = normalise(JSON.stringify(own(sns({ Records: [record] }), 'obs')));
    expect(origin).toEqual({ kind: 'rules', rules: ['films'] });
    expect(created.map(({ provider, bucket }) => [provider, bucket])).toEqual([['obs', 'raw']]);
  });
});

describe('odd and hostile messages', () => {
  it.each([
    ['neither JSON nor Base64', ''],
    ['not JSON, or is cut off', '{"Records":['],
    ['neither JSON nor Base64', '"text"'],
    ['neither JSON nor Base64', 'null'],
    ['it is not an object', '[1]'],
    ['(its fields are "hello")', '{"hello":1}'],
    ['(its fields are none)', '{}'],
    ['no Notification of MNS', '<a/>'],
    ['no Notification of MNS', '<!DOCTYPE x [<!ENTITY a "b">]><Notification><Message>&a;</Message></Notification>'],
    ['neither JSON nor Base64', '////'],
    ['The push: ', '{"objectferry":"push"}'],
    ['no message text', '{"Type":"Notification","TopicArn":"a","Message":7}'],
    ['101 records', JSON.stringify({ Records: Array.from({ length: 101 }, () => ({})) })],
    [
      '102 records',
      JSON.stringify([{ Records: Array.from({ length: 51 }, () => ({})) }, { events: Array(51).fill(1) }]),
    ],
    ['1048576 bytes', `"${'x'.repeat(1024 * 1024)}"`],
  ])('get a sentence: %s', (sentence, text) => {
    expect(refusal(text)).toContain(sentence);
  });

  it('of EventGrid may hold several records, not any number', () => {
    const record = { eventName: 'ObjectCreated:Post', obs: { bucket: { bucket: 'raw' }, object: { key: 'k' } } };
    const event = (count: number) =>
      normalise(
        JSON.stringify({
          specversion: '1.0',
          source: 'HC.OBS.DWR',
          type: 'OBS:DWR:ObjectCreated:POST',
          data: Array.from({ length: count }, () => record),
        }),
      );
    expect(event(2).created).toHaveLength(2);
    expect(event(101)).toMatchObject({ created: [], rejected: [{ summary: expect.stringContaining('101 records') }] });
  });

  it('are not unwrapped for ever', () => {
    let text = s3Message({ key: 'k' });
    for (let depth = 0; depth < 6; depth += 1)
      text = JSON.stringify({ Type: 'Notification', TopicArn: 'a', Message: text });
    expect(refusal(text)).toContain('wrapped too many times');
  });

  it.each([
    [{ eventVersion: '3.0' }, 'has version 3.0'],
    [{ s3: { bucket: { name: 'b' } } }, 's3.object is missing'],
    [{ s3: { bucket: { name: '' }, object: { key: 'k' } } }, 's3.bucket.name is empty'],
    [
      { s3: { bucket: { name: 'b' }, object: { key: 'k', versionId: 'a\nb' } } },
      'versionId contains a control character',
    ],
    [
      { s3: { bucket: { name: 'b' }, object: { key: 'k', versionId: '\ud800' } } },
      'versionId is not well-formed Unicode',
    ],
    [{ eventName: 7 }, 'eventName must be a string'],
  ])('a record that is no record is rejected with its field', (record, sentence) => {
    const [error] = normalise(s3Message({ key: 'k' }, record)).rejected;
    expect(error?.summary).toContain(sentence);
  });

  it('information that is odd is left out, and the event counts', () => {
    const object = { key: 'k', size: -1, eTag: {}, sequencer: 5 };
    const [event] = normalise(s3Message(object, { eventTime: 'yesterday', awsRegion: [] })).created;
    expect(plain(event)).toEqual({
      provider: 's3',
      bucket: 'raw',
      key: 'k',
      keyForms: ['k'],
      name: 'ObjectCreated:Put',
    });
  });

  it('never fail otherwise than as InvalidRequest', () => {
    const texts = fc.oneof(fc.string(), fc.json({ maxDepth: 6 }), fc.base64String());
    fc.assert(fc.property(texts, endsWell), { seed: 42, numRuns: 2000 });
    // Deeper than any stack; once, because it takes a while.
    for (const text of ['['.repeat(200_000), '['.repeat(200_000) + ']'.repeat(200_000)]) endsWell(text);
  });

  it('never fail otherwise when a recorded one is changed anywhere', () => {
    const sample = fc.constantFrom(...SAMPLES.filter(({ message }) => typeof message !== 'string'));
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('\ud800', 'x'.repeat(5000), [[]], { __proto__: 1 }),
    );
    fc.assert(
      fc.property(sample, fc.nat(), value, ({ message }, at, replacement) => {
        endsWell(JSON.stringify(mutated(message, at, replacement)));
      }),
      { seed: 43, numRuns: 3000 },
    );
  });

  it('never fail otherwise when a recorded text is cut or has a byte changed', () => {
    const sample = fc.constantFrom(...SAMPLES);
    fc.assert(
      fc.property(sample, fc.nat(), fc.string({ maxLength: 2 }), ({ text }, at, inserted) => {
        const index = at % text.length;
        endsWell(text.slice(0, index));
        endsWell(text.slice(0, index) + inserted + text.slice(index + 1));
      }),
      { seed: 44, numRuns: 1500 },
    );
  });
});

/** Either a result with bounded, well-formed events, or a sentence. */
function endsWell(text: string): void {
  try {
    for (const event of normalise(text).created) {
      expect(Buffer.byteLength(event.key)).toBeLessThanOrEqual(1024);
      expect(event.key.isWellFormed() && event.key !== '' && event.bucket !== '').toBe(true);
      expect(event.keyForms[0]).toBe(event.key);
      expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(40_000);
    }
  } catch (error) {
    if (!(error instanceof CopyError)) throw error;
    expect(error.name).toBe('InvalidRequest');
    expect(error.summary.length).toBeLessThan(1500);
  }
}

/** Replaces the value at one of the places of a document, or removes it. */
function mutated(document: unknown, at: number, replacement: unknown): unknown {
  const places: { readonly holder: Record<string, unknown>; readonly name: string }[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const holder = value as Record<string, unknown>;
    for (const name of Object.keys(holder)) {
      places.push({ holder, name });
      visit(holder[name]);
    }
  };
  const copy = structuredClone(document);
  visit(copy);
  const place = places[at % places.length];
  if (place !== undefined && at % 5 === 0) delete place.holder[place.name];
  else if (place !== undefined) place.holder[place.name] = replacement;
  return copy;
}

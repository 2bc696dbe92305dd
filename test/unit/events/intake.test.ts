import { CustomerKey } from '@objectferry/shared/credentials.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../conformance/harness.ts';
import { EMULATED } from '../../emulators/catalogue.ts';
import { seededBytes } from '../../world.ts';
import { bridgeEvent, eventOf, ossEvent, pushed, s3Event, startEvents } from './world.ts';

describe.each(Object.keys(EMULATED))('an event of %s', (name) => {
  it('starts the copy that its rule describes, and that copy works', async () => {
    await using world = await startEvents(name);
    const { model, source: bucket, destination } = world;
    const stored = model.putObject(bucket, 'films/a b+c.mov', seededBytes(100));
    const rules = {
      films: {
        when: { prefix: 'films/', suffix: '.mov', minBytes: 100, maxBytes: 100 },
        copyTo: { key: '{year}/{rest}' },
      },
    };
    const [outcome] = await world.take(eventOf(name, { bucket, key: 'films/a b+c.mov', etag: stored.etag }), rules);
    const made = `${stored.lastModified.getUTCFullYear()}/a b+c.mov`;
    expect(outcome).toMatchObject({
      outcome: 'started',
      rule: 'films',
      source: `store://${bucket}/films/a%20b%2Bc.mov`,
    });
    expect(await world.run(outcome?.id)).toMatchObject({ status: 'SUCCEEDED' });
    expect(model.getObject(destination, made)?.content.toBuffer()).toEqual(seededBytes(100));
  });

  it('about an object that a copy of ours made starts nothing, unless copies are asked for', async () => {
    await using world = await startEvents(name);
    const { source: bucket, destination } = world;
    world.model.putObject(bucket, 'k', seededBytes(10));
    const rules = { films: {}, back: { when: { bucket: destination }, copyTo: { bucket: 'further-1' } } };
    const [first] = await world.take(eventOf(name, { bucket, key: 'k' }), rules);
    await world.run(first?.id);
    const own = eventOf(name, { bucket: destination, key: 'k' });
    expect(await world.take(own, rules)).toMatchObject([
      { outcome: 'skipped', rule: 'back', reason: expect.stringContaining('A copy of ours') },
    ]);
    expect(world.started.size).toBe(1);
    const asked = { back: { ...rules.back, when: { ...rules.back.when, ofCopies: true } } };
    expect(await world.take(own, asked)).toMatchObject([{ outcome: 'started', rule: 'back' }]);
  });

  it('about an object that is gone starts nothing', async () => {
    await using world = await startEvents(name);
    expect(await world.take(eventOf(name, { bucket: world.source, key: 'none' }))).toMatchObject([
      { outcome: 'skipped', rule: 'films', reason: expect.stringContaining('gone') },
    ]);
  });

  it('again starts nothing; the same content written again later starts a copy', async () => {
    await using world = await startEvents(name);
    const { model, source: bucket } = world;
    const event = eventOf(name, { bucket, key: 'k' });
    model.putObject(bucket, 'k', seededBytes(10), { lastModified: new Date('2026-03-01T00:00:00Z') });
    expect(await world.take(event)).toMatchObject([{ outcome: 'started' }]);
    expect(await world.take(event)).toMatchObject([{ outcome: 'exists' }]);
    model.putObject(bucket, 'k', seededBytes(10), { lastModified: new Date('2026-03-01T00:00:05Z') });
    expect(await world.take(event)).toMatchObject([{ outcome: 'started' }]);
    expect(world.started.size).toBe(2);
  });
});

describe('many events', () => {
  it('200 duplicated and shuffled ones, taken in side by side, start exactly one copy for each version', async () => {
    await using world = await startEvents('s3', { versioning: 'enabled' });
    const { model, source: bucket } = world;
    const versions = Array.from({ length: 60 }, (_, index) => {
      const key = `films/${index % 20}.mov`;
      const { versionId, etag } = model.putObject(bucket, key, seededBytes(10, index + 1));
      return { bucket, key, versionId, etag };
    });
    const told = Array.from({ length: 200 }, (_, index) => versions[index % versions.length] ?? expect.fail());
    const events = shuffled(told).map((one, index) => (index % 2 === 0 ? s3Event(one) : bridgeEvent(one)));
    const outcomes = [];
    for (let at = 0; at < events.length; at += 10) {
      outcomes.push(...(await Promise.all(events.slice(at, at + 10).map((event) => world.take(event)))).flat());
    }
    expect(outcomes.filter(({ outcome }) => outcome === 'started')).toHaveLength(60);
    expect(outcomes.filter(({ outcome }) => outcome === 'exists')).toHaveLength(140);
    const copied = [...world.started.values()].map(({ source }) => JSON.stringify(source)).sort();
    expect(copied).toEqual(
      versions.map(({ key, versionId }) => JSON.stringify({ store: 'store', bucket, key, versionId })).sort(),
    );
  });
});

describe('one creation that is told of in many ways', () => {
  it.each(['never', 'enabled', 'suspended'] as const)(
    'is one copy, in a bucket with versions %s',
    async (versioning) => {
      await using world = await startEvents('s3', { versioning });
      const { model, source: bucket } = world;
      const { versionId, etag } = model.putObject(bucket, 'a b+c', seededBytes(10));
      const told = { bucket, key: 'a b+c', etag, ...(versioning === 'enabled' ? { versionId } : {}) };
      const topic = 'arn:aws:sns:eu-west-1:111122223333:films';
      const sns = { Type: 'Notification', TopicArn: topic, Message: JSON.stringify(s3Event(told)) };
      const rules = { films: { from: { topics: [topic], token: { secret: 'x' } } } };
      const ways = [
        s3Event(told),
        bridgeEvent(told),
        sns,
        pushed('s3', s3Event(told), { kind: 'topic', topic }),
        pushed('s3', bridgeEvent(told)),
        pushed('s3', sns),
        s3Event({ bucket, key: told.key }),
        s3Event(told, { eventTime: '2027-01-01T00:00:00Z', eventName: 's3:ObjectCreated:CompleteMultipartUpload' }),
      ];
      const outcomes = [];
      for (const way of ways) outcomes.push(...(await world.take(way, rules)));
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['started', ...ways.slice(1).map(() => 'exists')]);
      expect(new Set(outcomes.map(({ id }) => id)).size).toBe(1);
    },
  );

  it('is another one when other content, or another key, is written in the same second', async () => {
    await using world = await startEvents('s3');
    const { model, source: bucket } = world;
    for (const [key, seed] of [
      ['k', 1],
      ['k', 2],
      ['K', 2],
      ['k/', 2],
    ] as const) {
      model.putObject(bucket, key, seededBytes(10, seed), { lastModified: new Date(0) });
      expect(await world.take(s3Event({ bucket, key }))).toMatchObject([{ outcome: 'started' }]);
    }
  });

  it('is skipped when the version that it names is the mark of a deletion', async () => {
    await using world = await startEvents('s3', { versioning: 'enabled' });
    const { model, source: bucket } = world;
    model.putObject(bucket, 'k', seededBytes(10));
    model.deleteObject(bucket, 'k');
    expect(await world.take(s3Event({ bucket, key: 'k' }))).toMatchObject([{ outcome: 'skipped' }]);
    expect(world.started.size).toBe(0);
  });
});

describe('several rules', () => {
  it('about one object look at it once and start a copy each', async () => {
    await using world = await startEvents('oss');
    world.model.putObject(world.source, 'k', seededBytes(10));
    const rules = { films: {}, again: { copyTo: { key: 'again/{key}' } }, latest: { when: { versions: 'latest' } } };
    const outcomes = await world.take(ossEvent({ bucket: world.source, key: 'k' }), rules);
    expect(outcomes.map(({ rule, outcome }) => [rule, outcome])).toEqual(
      Object.keys(rules).map((rule) => [rule, 'started']),
    );
    expect(world.started.size).toBe(3);
    expect(world.heads()).toHaveLength(2);
  });

  it('copy nothing under one that is out of use, whoever vouches for it', async () => {
    await using world = await startEvents('oss');
    world.model.putObject(world.source, 'k', seededBytes(10));
    const event = ossEvent({ bucket: world.source, key: 'k' });
    for (const message of [event, pushed('oss', event)]) {
      expect(await world.take(message, { films: { enabled: false } })).toMatchObject([{ outcome: 'skipped' }]);
    }
    expect(world.emulator.requests.count()).toBe(0);
  });

  it('none of which is about an object leave it alone, without a request', async () => {
    await using world = await startEvents('oss');
    const told = { bucket: world.source, key: 'k' };
    for (const event of [ossEvent(told), ossEvent({ ...told, bucket: 'another' }), s3Event(told)]) {
      expect(await world.take(event, { films: { when: { suffix: '.mov' } } })).toMatchObject([
        { outcome: 'skipped', reason: expect.stringContaining('No rule is about') },
      ]);
    }
    expect(world.emulator.requests.count()).toBe(0);
  });
});

describe('what stands in the way', () => {
  it('an outage postpones the message once all else in it is started', async () => {
    const fault = { kind: 'status', status: 503, code: 'ServiceUnavailable' } as const;
    await using world = await startEvents('s3', { faultRules: [{ operation: '*', key: 'b', times: 6, fault }] });
    const { model, source: bucket } = world;
    for (const key of ['a', 'b', 'c']) model.putObject(bucket, key, seededBytes(10));
    const Records = ['a', 'b', 'c'].flatMap((key) => JSON.parse(JSON.stringify(s3Event({ bucket, key }))).Records);
    await expect(world.take({ Records })).rejects.toMatchObject({
      name: expect.stringMatching(/ProviderUnavailable|Throttled/),
    });
    expect([...world.started.values()].map(({ source }) => source.key)).toEqual(['a', 'c']);
    expect((await world.take({ Records })).map(({ outcome }) => outcome)).toEqual(['exists', 'started', 'exists']);
  });

  it('a refusal fails for good, with the reason', async () => {
    await using world = await startEvents('s3', { env: { S3_SECRET_ACCESS_KEY: 'wrong' } });
    const [outcome] = await world.take(s3Event({ bucket: world.source, key: 'k' }));
    expect(outcome).toMatchObject({
      outcome: 'failed',
      rule: 'films',
      error: { name: expect.stringMatching(/AccessDenied|Unauthenticated/) },
    });
    expect(outcome?.reason).not.toContain('wrong');
  });

  it('a message of no form fails for good; a bad record does so beside a good one', async () => {
    await using world = await startEvents('s3');
    const { model, source: bucket } = world;
    model.putObject(bucket, 'k', seededBytes(10));
    expect(await world.take('hello')).toMatchObject([{ outcome: 'failed', error: { name: 'InvalidRequest' } }]);
    const { Records } = JSON.parse(JSON.stringify(s3Event({ bucket, key: 'k' })));
    expect(await world.take({ Records: [{}, ...Records] })).toMatchObject([
      { outcome: 'failed' },
      { outcome: 'started' },
    ]);
  });

  it('a rule whose options were changed since does not copy the object again', async () => {
    await using world = await startEvents('s3');
    const { model, source: bucket } = world;
    model.putObject(bucket, 'k', seededBytes(10));
    await world.take(s3Event({ bucket, key: 'k' }));
    const changed = { films: { options: { overwrite: 'never' } } };
    expect(await world.take(s3Event({ bucket, key: 'k' }), changed)).toMatchObject([
      { outcome: 'exists', reason: expect.stringContaining('other options') },
    ]);
  });

  it('a rule that is pointed elsewhere since copies anew', async () => {
    await using world = await startEvents('s3');
    const { model, source: bucket } = world;
    model.putObject(bucket, 'k', seededBytes(10));
    await world.take(s3Event({ bucket, key: 'k' }));
    for (const copyTo of [{ bucket: 'further-1' }, { key: 'elsewhere/{key}' }]) {
      const moved = { films: { copyTo } };
      expect(await world.take(s3Event({ bucket, key: 'k' }), moved)).toMatchObject([{ outcome: 'started' }]);
    }
  });

  it('sizes outside of the rule, and steps of an upload, start nothing', async () => {
    await using world = await startEvents('oss');
    const { model, source: bucket } = world;
    model.putObject(bucket, 'k', seededBytes(10));
    for (const when of [{ minBytes: 11 }, { maxBytes: 9 }]) {
      expect(await world.take(ossEvent({ bucket, key: 'k' }), { films: { when } })).toMatchObject([
        { outcome: 'skipped', reason: expect.stringContaining('10 bytes') },
      ]);
    }
    for (const step of ['InitiateMultipartUpload', 'UploadPart', 'UploadPartCopy']) {
      expect(await world.take(ossEvent({ bucket, key: 'k' }, `ObjectCreated:${step}`))).toMatchObject([
        { outcome: 'skipped' },
      ]);
    }
    expect(world.started.size).toBe(0);
  });

  it('an object under a customer key is looked at, and copied, with that key', async () => {
    const key = seededBytes(32);
    await using world = await startEvents('s3', { env: { CUSTOMER: key.toString('base64') } });
    const { client, model, source: bucket, destination } = world;
    const encryption = { kind: 'customer', key: new CustomerKey(key) } as const;
    const { uploadId } = await client.createUpload({ bucket, key: 'k', object: { ...PLAIN, encryption } });
    const upload = { bucket, key: 'k', uploadId };
    const { etag = '' } = await client.uploadPart({ upload, partNumber: 1, body: seededBytes(10), encryption });
    await client.completeUpload({ upload, parts: [{ partNumber: 1, etag }], overwrite: true, encryption });
    const event = s3Event({ bucket, key: 'k' });
    expect(await world.take(event)).toMatchObject([{ outcome: 'failed' }]);
    const options = { sourceEncryption: { kind: 'customer', keySecret: 'customer' } };
    const [outcome] = await world.take(event, { films: { options } });
    expect(outcome).toMatchObject({ outcome: 'started' });
    expect(await world.run(outcome?.id)).toMatchObject({ status: 'SUCCEEDED' });
    expect(model.getObject(destination, 'k')?.content.toBuffer()).toEqual(seededBytes(10));
  });

  it('a start that is throttled postpones the message, a mistake of ours is not swallowed', async () => {
    await using world = await startEvents('s3');
    world.model.putObject(world.source, 'k', seededBytes(10));
    const event = s3Event({ bucket: world.source, key: 'k' });
    world.startErrors.push(new CopyError('Throttled', 'Slower.'), new TypeError('undefined is not a function'));
    await expect(world.take(event)).rejects.toMatchObject({ name: 'Throttled' });
    await expect(world.take(event)).rejects.toThrow(TypeError);
    expect(await world.take(event)).toMatchObject([{ outcome: 'started' }]);
  });
});

describe('pushes', () => {
  const topic = 'arn:aws:sns:eu-west-1:111122223333:films';

  it.each<[string, object, object | undefined, string]>([
    ['a topic that the rule names', { kind: 'topic', topic }, { topics: [topic] }, 'started'],
    ['a topic that it does not name', { kind: 'topic', topic: `${topic}2` }, { topics: [topic] }, 'skipped'],
    ['a topic, to a rule that names nobody', { kind: 'topic', topic }, undefined, 'skipped'],
    ['a token of the rule', { kind: 'rules', rules: ['films'] }, { token: { secret: 'x' } }, 'started'],
    ["another rule's token", { kind: 'rules', rules: ['other'] }, { token: { secret: 'x' } }, 'skipped'],
  ])('are believed by rules that name the sender: %s', async (_what, origin, from, outcome) => {
    await using world = await startEvents('s3');
    const { model, source: bucket } = world;
    model.putObject(bucket, 'k', seededBytes(10));
    const push = pushed('s3', s3Event({ bucket, key: 'k' }), origin);
    expect(await world.take(push, { films: from === undefined ? {} : { from } })).toMatchObject([{ outcome }]);
    expect(world.started.size).toBe(outcome === 'started' ? 1 : 0);
  });
});

/** In an order that a seed decides. */
function shuffled<Value>(values: readonly Value[], seed = 7): Value[] {
  const bytes = seededBytes(values.length * 2, seed);
  return values
    .map((value, index) => ({ value, place: bytes.readUInt16LE(index * 2) }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value);
}

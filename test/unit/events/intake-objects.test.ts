import { describe, expect, it } from 'vitest';
import { WEIRD_KEYS } from '../../conformance/weird-keys.ts';
import { seededBytes } from '../../world.ts';
import { bridgeEvent, eventOf, ossEvent, s3Event, startEvents } from './world.ts';

describe('versions', () => {
  it('a late event of an old version copies that version', async () => {
    await using world = await startEvents('s3', { versioning: 'enabled' });
    const { model, source: bucket, destination } = world;
    const old = model.putObject(bucket, 'k', seededBytes(10, 1));
    model.putObject(bucket, 'k', seededBytes(10, 2));
    model.deleteObject(bucket, 'k');
    const [outcome] = await world.take(s3Event({ bucket, key: 'k', versionId: old.versionId, etag: old.etag }));
    expect(outcome).toMatchObject({ outcome: 'started' });
    expect(world.started.get(outcome?.id ?? '')?.options.ifSource).toBeUndefined();
    await world.run(outcome?.id);
    expect(model.getObject(destination, 'k')?.content.toBuffer()).toEqual(seededBytes(10, 1));
  });

  it('a rule for the latest one leaves old ones alone', async () => {
    await using world = await startEvents('s3', { versioning: 'enabled' });
    const { model, source: bucket } = world;
    const old = model.putObject(bucket, 'k', seededBytes(10, 1));
    const current = model.putObject(bucket, 'k', seededBytes(10, 2));
    const rules = { films: { when: { versions: 'latest' } } };
    const take = (versionId: string) => world.take(s3Event({ bucket, key: 'k', versionId }), rules);
    expect(await take(old.versionId)).toMatchObject([
      { outcome: 'skipped', reason: expect.stringContaining('not the latest') },
    ]);
    expect(await take(current.versionId)).toMatchObject([{ outcome: 'started' }]);
  });

  it('of equal content, written in one second, are as many copies', async () => {
    await using world = await startEvents('s3', { versioning: 'enabled' });
    const { model, source: bucket } = world;
    for (const _ of [1, 2]) {
      const { versionId } = model.putObject(bucket, 'k', seededBytes(10), { lastModified: new Date(0) });
      expect(await world.take(s3Event({ bucket, key: 'k', versionId }))).toMatchObject([{ outcome: 'started' }]);
    }
  });

  it('an event that names none is pinned to the current one, and counts as the same as one that names it', async () => {
    await using world = await startEvents('s3', { versioning: 'enabled' });
    const { model, source: bucket } = world;
    const { versionId } = model.putObject(bucket, 'k', seededBytes(10));
    expect(await world.take(s3Event({ bucket, key: 'k' }))).toMatchObject([{ outcome: 'started' }]);
    expect([...world.started.values()][0]?.source).toMatchObject({ versionId });
    expect(await world.take(bridgeEvent({ bucket, key: 'k', versionId }))).toMatchObject([{ outcome: 'exists' }]);
  });

  it.each(['s3', 'obs'])('the null version is found with and without a name on %s', async (name) => {
    await using world = await startEvents(name);
    const { model, source: bucket, destination } = world;
    const event = eventOf(name, { bucket, key: 'k', versionId: 'null' });
    model.putObject(bucket, 'k', seededBytes(10, 1));
    expect(await world.take(event)).toMatchObject([{ outcome: 'started' }]);
    expect([...world.started.values()][0]?.source).not.toHaveProperty('versionId');
    // Not every store knows that name in a bucket that never kept versions.
    expect(world.heads()).toEqual([expect.not.stringContaining('versionId')]);
    model.requireBucket(bucket).versioning = 'enabled';
    model.putObject(bucket, 'k', seededBytes(10, 2));
    const [outcome] = await world.take(event, { late: {} });
    const request = world.started.get(outcome?.id ?? '');
    expect(request).toMatchObject({
      source: { versionId: 'null' },
      options: { ifSource: { etag: expect.any(String) } },
    });
    await world.run(outcome?.id);
    expect(model.getObject(destination, 'k')?.content.toBuffer()).toEqual(seededBytes(10, 1));
  });

  it('are not asked for where the store has none', async () => {
    await using world = await startEvents('s3', { store: { quirks: { versions: false } } });
    const { model, source: bucket } = world;
    const { versionId } = model.putObject(bucket, 'k', seededBytes(10));
    expect(await world.take(s3Event({ bucket, key: 'k', versionId }))).toMatchObject([{ outcome: 'started' }]);
    expect(world.heads()).toEqual([expect.not.stringContaining('versionId')]);
    expect([...world.started.values()]).toMatchObject([{ options: { ifSource: { etag: expect.any(String) } } }]);
  });

  it('content that is replaced before the copy begins is not copied under the old id', async () => {
    await using world = await startEvents('s3');
    const { model, source: bucket } = world;
    const put = (seed: number, second: number) =>
      model.putObject(bucket, 'k', seededBytes(10, seed), { lastModified: new Date(second * 1000) });
    put(1, 1);
    const [first] = await world.take(s3Event({ bucket, key: 'k' }));
    put(2, 2);
    expect(await world.run(first?.id)).toMatchObject({ status: 'FAILED', error: 'PreconditionFailed' });
    const [second] = await world.take(s3Event({ bucket, key: 'k' }));
    expect(second).toMatchObject({ outcome: 'started' });
    expect(await world.run(second?.id)).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe('keys', () => {
  it('of every kind arrive as they are, in every form', async () => {
    await using s3 = await startEvents('s3');
    await using oss = await startEvents('oss');
    await using obs = await startEvents('obs');
    for (const key of WEIRD_KEYS) {
      for (const { model, source } of [s3, oss, obs]) model.putObject(source, key, seededBytes(10));
      const bucket = s3.source;
      const encoded = encodeURIComponent(key).replaceAll('%20', '+');
      expect(await s3.take(s3Event({ bucket, key })), key).toMatchObject([{ outcome: 'started' }]);
      // The same object in another form: another name of it would be another copy.
      expect(await s3.take(bridgeEvent({ bucket, key })), key).toMatchObject([{ outcome: 'exists' }]);
      expect(await oss.take(ossEvent({ bucket, key })), key).toMatchObject([{ outcome: 'started' }]);
      const known = ossEvent({ bucket, key: encoded.length > 1024 ? key : encoded });
      expect(await oss.take(known), key).toMatchObject([{ outcome: 'exists' }]);
      expect(await obs.take(eventOf('obs', { bucket, key })), key).toMatchObject([{ outcome: 'started' }]);
    }
    const keys = (world: typeof s3) => [...world.started.values()].map(({ source }) => source.key);
    for (const world of [s3, oss, obs]) expect(keys(world)).toEqual(WEIRD_KEYS);
  });

  it.each([
    ['a+b', 1, 'a+b'],
    ['a+b', 2, 'a b'],
    ['a+b', 3, 'a+b'],
    ['a%20b', 2, 'a b'],
  ])('of OSS that may mean two objects mean the one with the ETag: %s, content %i', async (key, content, meant) => {
    await using world = await startEvents('oss');
    const { model, source: bucket } = world;
    model.putObject(bucket, 'a+b', seededBytes(10, 1));
    model.putObject(bucket, 'a b', seededBytes(10, 2));
    const { etag } = model.putObject(bucket, 'other', seededBytes(10, content));
    await world.take(ossEvent({ bucket, key, etag }));
    expect([...world.started.values()].map(({ source }) => source.key)).toEqual([meant]);
  });

  it('that match a rule only in the wrong reading start nothing', async () => {
    await using world = await startEvents('oss');
    const { model, source: bucket } = world;
    const { etag } = model.putObject(bucket, 'a b', seededBytes(10));
    const event = ossEvent({ bucket, key: 'a+b', etag });
    expect(await world.take(event, { films: { when: { prefix: 'a+' } } })).toMatchObject([
      { outcome: 'skipped', reason: expect.stringContaining('once decoded') },
    ]);
    expect(await world.take(event, { films: { when: { prefix: 'a ' } } })).toMatchObject([{ outcome: 'started' }]);
  });

  it.each(['%2Fa', '/a'])('that OSS cannot have are not asked for: %s', async (key) => {
    await using world = await startEvents('oss');
    expect(await world.take(ossEvent({ bucket: world.source, key }))).toMatchObject([
      { outcome: 'skipped', reason: expect.stringContaining('gone') },
    ]);
    expect(world.heads()).toEqual(key === '%2Fa' ? [expect.stringContaining('%252Fa')] : []);
  });

  it('that make no possible destination fail for good, alone', async () => {
    await using world = await startEvents('oss');
    const { model, source: bucket } = world;
    for (const key of ['films//a', 'films/b']) model.putObject(bucket, key, seededBytes(10));
    const rules = { films: { when: { prefix: 'films/' }, copyTo: { key: '{rest}' } }, back: {} };
    model.putObject(bucket, 'films/', seededBytes(10));
    expect(await world.take(ossEvent({ bucket, key: 'films/' }), rules)).toMatchObject([
      {
        outcome: 'failed',
        rule: 'films',
        error: { name: 'InvalidRequest' },
        reason: expect.stringContaining('empty key'),
      },
      { outcome: 'started', rule: 'back' },
    ]);
  });
});

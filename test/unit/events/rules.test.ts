import { readFileSync } from 'node:fs';
import { CopyError } from '@objectferry/shared/errors.ts';
import { parseRules } from '@objectferry/shared/events/rules.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';

const root = new URL('../../../', import.meta.url);
const example = (name: string): unknown => parseYaml(readFileSync(new URL(name, root), 'utf8'));

const store = (provider: string, region: string, endpoint: string, more: object = {}) => ({
  provider,
  region,
  endpoint,
  credentials: { env: 'X' },
  buckets: ['raw', 'archive', 'cold', 'mirror-*'],
  ...more,
});
const stores = parseStores({
  stores: {
    hz: store('oss', 'cn-hangzhou', 'https://oss-cn-hangzhou.aliyuncs.com'),
    inner: store('oss', 'cn-hangzhou', 'https://oss-cn-hangzhou-internal.aliyuncs.com'),
    sh: store('oss', 'cn-shanghai', 'https://oss-cn-shanghai.aliyuncs.com'),
    eu: store('s3', 'eu-west-1', 'https://s3.eu-west-1.amazonaws.com'),
    ceph: store('s3', 'default', 'https://rgw.example.com', { addressing: 'path', quirks: { tags: false } }),
    minio: store('s3', 'us-east-1', 'https://minio.example.com', { addressing: 'path' }),
  },
});

const rule = (when: object = {}, copyTo: object = {}, more: object = {}) => ({
  when: { store: 'hz', bucket: 'raw', ...when },
  copyTo: { store: 'hz', bucket: 'archive', ...copyTo },
  ...more,
});
const problem = (rules: object): string => {
  try {
    parseRules({ rules }, stores);
  } catch (error) {
    if (error instanceof CopyError && error.name === 'InvalidConfig') return error.summary;
    throw error;
  }
  return expect.fail('the rules were accepted');
};

describe('a rules file', () => {
  it('events.example.yaml is one, shows every field, and fills in the rest', () => {
    const rules = parseRules(example('events.example.yaml'), parseStores(example('stores.example.yaml')));
    expect(rules.map(({ name }) => name)).toEqual(['films', 'genomes']);
    const [films, genomes] = rules;
    expect(Object.keys(films?.when ?? {}).sort()).toEqual(Object.keys(genomes?.when ?? {}).sort());
    expect(films).toMatchObject({ provider: 'oss', from: { token: {}, hmac: {}, topics: [expect.any(String)] } });
    expect(genomes).toMatchObject({
      provider: 's3',
      enabled: true,
      when: { prefix: '', suffix: '', minBytes: 0, versions: 'named', ofCopies: false },
      copyTo: { key: [{ variable: 'key' }] },
      options: { overwrite: 'always', metadata: 'copy', token: true },
    });
    expect(genomes?.from).toBeUndefined();
  });

  it('may be empty', () => {
    expect(parseRules({ rules: {} }, stores)).toEqual([]);
  });

  it.each<[string, object]>([
    ['The rules file: rules.a.when is missing.', { a: { copyTo: {} } }],
    ['rules.a.when.prefx is not a known field', { a: rule({ prefx: 'x' }) }],
    ['rules.a.options.ovewrite is not a known field', { a: rule({}, {}, { options: { ovewrite: 'never' } }) }],
    ['rules.a.options.partSizeMiB must be 1 or more', { a: rule({}, {}, { options: { partSizeMiB: 0 } }) }],
    ['rules.a.options sets ifSource.etag', { a: rule({}, {}, { options: { ifSource: { etag: 'x' } } }) }],
    ['rules.a.when has a minBytes above its maxBytes', { a: rule({ minBytes: 2, maxBytes: 1 }) }],
    ['rules.a.when.minBytes must be 0 or more bytes', { a: rule({ minBytes: -1 }) }],
    ['rules.a.when.versions must be "named" or "latest"', { a: rule({ versions: 'all' }) }],
    ['rules.a.from names nobody', { a: rule({}, {}, { from: { topics: [] } }) }],
    ['rules.a.from.token.secret is missing', { a: rule({}, {}, { from: { token: {} } }) }],
    ['is not a rule name', { 'a b': rule() }],
    [
      'rules.a.copyTo.key has the variable {year2}, but there are only {key}, {rest}',
      { a: rule({}, { key: '{year2}' }) },
    ],
    ['rules.a.copyTo.key has a brace without its partner', { a: rule({}, { key: 'a{key' }) }],
    ['rules.a.copyTo.key has a brace without its partner', { a: rule({}, { key: 'a}' }) }],
    ['rules.a.copyTo.key is empty', { a: rule({}, { key: '' }) }],
  ])('a mistake in it is a sentence: %s', (sentence, rules) => {
    expect(problem(rules)).toContain(sentence);
  });

  it.each<[string, object]>([
    ['rule a: source.store is "nowhere", which is not in the stores file', { a: rule({ store: 'nowhere' }) }],
    ['rule a: source.store is "constructor", which is not', { a: rule({ store: 'constructor' }) }],
    ['rule a: source.bucket is "secret", which store hz does not allow', { a: rule({ bucket: 'secret' }) }],
    ['rule a: destination.bucket is "secret", which store hz', { a: rule({}, { bucket: 'secret' }) }],
    ['rule a: destination.bucket: An OSS bucket name', { a: rule({}, { bucket: 'UPPER' }) }],
    ['rule a: Store hz is at oss and store eu at s3', { a: rule({}, { store: 'eu' }) }],
    ['rule a: From store hz to store sh: one is in region cn-hangzhou', { a: rule({}, { store: 'sh' }) }],
    ['rule a: From store ceph to store minio: one is at', { a: rule({ store: 'ceph' }, { store: 'minio' }) }],
    ['rule a: source and destination are the same object', { a: rule({}, { bucket: 'raw' }) }],
    ['rule a: source and destination are the same object', { a: rule({}, { store: 'inner', bucket: 'raw' }) }],
    ['rule a: destination.key: An OSS key does not begin with /', { a: rule({}, { key: '/{key}' }) }],
    ['rule a: source.key: An OSS key does not begin with /', { a: rule({ prefix: '/' }) }],
    [
      'rule a: options.tags is given, but s3 does not support it',
      { a: rule({ store: 'ceph' }, { store: 'ceph' }, { options: { tags: { a: 'b' } } }) },
    ],
    [
      'rule a: options.encryption.kind "customer" is given, but oss does not support it',
      { a: rule({}, {}, { options: { encryption: { kind: 'customer', keySecret: 'k' } } }) },
    ],
  ])('a rule that no copy could follow is refused: %s', (sentence, rules) => {
    expect(problem(rules)).toContain(sentence);
  });
});

describe('rules that could trigger themselves', () => {
  it.each<[string, object]>([
    ['the key may still begin so', rule({ prefix: 'films/' }, { bucket: 'raw', key: 'films/copies/{rest}' })],
    ['any key matches', rule({}, { bucket: 'raw', key: 'copies/{key}' })],
    ['nothing is known of the beginning', rule({ prefix: 'films/' }, { bucket: 'raw', key: '{stem}.copy' })],
    ['the same bucket by another endpoint', rule({}, { store: 'inner', bucket: 'raw', key: 'x/{key}' })],
    ['a fixed key that matches', rule({ prefix: 'a' }, { bucket: 'raw', key: 'abc' })],
    [
      'the rest of a short key may be empty',
      rule({ prefix: 'a/b', suffix: '/b' }, { bucket: 'raw', key: 'a/b/b{rest}' }),
    ],
  ])('are refused by name: %s', (_why, self) => {
    expect(problem({ other: rule({ bucket: 'cold' }), films: self })).toContain('rule films could trigger itself');
  });

  it.each<[string, object]>([
    ['another prefix', rule({ prefix: 'films/' }, { bucket: 'raw', key: 'copies/{rest}' })],
    ['another suffix', rule({ suffix: '.mov' }, { bucket: 'raw', key: '{key}.copy' })],
    ['the name cannot begin the key', rule({ prefix: 'films/' }, { bucket: 'raw', key: 'names/{name}' })],
    ['a fixed key that does not match', rule({ prefix: 'films/' }, { bucket: 'raw', key: 'latest' })],
    ['another bucket', rule({}, { key: '{key}' })],
    ['another cloud with a bucket of that name', rule({ store: 'eu' }, { store: 'eu', bucket: 'archive' })],
    ['out of use', rule({}, { bucket: 'raw', key: 'copies/{key}' }, { enabled: false })],
  ])('are not suspected without reason: %s', (_why, self) => {
    expect(parseRules({ rules: { films: self } }, stores)).toHaveLength(1);
  });

  it('in a circle are refused, naming all of it and nothing else', () => {
    const chain = {
      start: rule(),
      there: rule({ bucket: 'archive' }, { bucket: 'cold', key: 'x/{key}' }, { options: { token: false } }),
      further: rule({ bucket: 'cold', prefix: 'x/' }, { bucket: 'mirror-1' }),
    };
    expect(parseRules({ rules: chain }, stores)).toHaveLength(3);
    const back = rule({ store: 'inner', bucket: 'mirror-1', ofCopies: true }, { bucket: 'archive' });
    expect(problem({ ...chain, back })).toContain(
      'the rules there, further, back could trigger each other in a circle',
    );
  });

  it.each<[string, object, object]>([
    ['its copies carry no token', { options: { token: false } }, {}],
    ['the other asks for copies', {}, { ofCopies: true }],
  ])('are suspected of one store under two addresses where the token stops nothing: %s', (_why, more, when) => {
    const at = (name: string, from: string, to: string, of: object = {}) =>
      rule({ store: name, bucket: from, ...of }, { store: name, bucket: to }, more);
    expect(problem({ there: at('ceph', 'raw', 'cold', when), back: at('minio', 'cold', 'raw', when) })).toContain(
      'the rules there, back could trigger each other',
    );
    const guarded = { there: rule({ store: 'ceph' }, { store: 'ceph', bucket: 'cold' }) };
    const back = rule({ store: 'minio', bucket: 'cold' }, { store: 'minio', bucket: 'raw' });
    expect(parseRules({ rules: { ...guarded, back } }, stores)).toHaveLength(2);
  });

  it('are told apart by their sizes', () => {
    const back = (minBytes: number) => rule({ bucket: 'archive', minBytes }, { bucket: 'raw' });
    const small = rule({ maxBytes: 99 });
    expect(parseRules({ rules: { small, back: back(100) } }, stores)).toHaveLength(2);
    expect(problem({ small, back: back(99) })).toContain('small, back');
    const large = rule({ minBytes: 100 });
    const rest = [
      rule({ bucket: 'archive', maxBytes: 99 }, { bucket: 'cold' }),
      rule({ bucket: 'cold' }, { bucket: 'raw' }),
    ];
    expect(parseRules({ rules: { large, ...rest } }, stores)).toHaveLength(3);
  });
});

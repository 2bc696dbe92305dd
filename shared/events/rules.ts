import * as v from 'valibot';
import { CopyRequest } from '../contract.ts';
import { CopyError } from '../errors.ts';
import { heardRecord, parse } from '../schema.ts';
import type { StoreConfigs } from '../stores.ts';
import type { Rule } from './rule.ts';
import { refuseLoops } from './rule-graph.ts';
import { refuseImpossible } from './rule-route.ts';
import { parseTemplate } from './template.ts';

const RULE_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/i;

const Name = v.pipe(v.string(), v.nonEmpty('is empty, give a name.'), v.maxLength(255, 'is too long.'));
const KeyPart = v.pipe(
  v.string(),
  v.check((text) => text.isWellFormed(), 'is not well-formed Unicode.'),
  v.check((text) => Buffer.byteLength(text) <= 1024, 'is longer than 1,024 bytes, no provider has such keys.'),
);
const Bytes = v.pipe(
  v.number(),
  v.safeInteger('must be a whole number of bytes.'),
  v.minValue(0, 'must be 0 or more bytes.'),
);
const Secret = v.strictObject({ secret: Name });

const KeyTemplate = v.pipe(
  v.string(),
  v.nonEmpty('is empty, write for example "{key}".'),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return parseTemplate(dataset.value);
    } catch (error) {
      if (!(error instanceof CopyError)) throw error;
      addIssue({ message: error.summary });
      return NEVER;
    }
  }),
);

const Condition = v.pipe(
  v.strictObject({
    store: Name,
    bucket: Name,
    prefix: v.optional(KeyPart, ''),
    suffix: v.optional(KeyPart, ''),
    minBytes: v.optional(Bytes, 0),
    maxBytes: v.optional(Bytes, Number.MAX_SAFE_INTEGER),
    versions: v.optional(v.picklist(['named', 'latest']), 'named'),
    ofCopies: v.optional(v.boolean(), false),
  }),
  v.check(({ minBytes, maxBytes }) => minBytes <= maxBytes, 'has a minBytes above its maxBytes, swap them.'),
);

const Senders = v.pipe(
  v.strictObject({
    topics: v.optional(v.array(v.pipe(v.string(), v.nonEmpty('is empty, name a topic.'))), []),
    token: v.optional(Secret),
    hmac: v.optional(Secret),
  }),
  v.check(
    ({ topics, token, hmac }) => topics.length > 0 || token !== undefined || hmac !== undefined,
    'names nobody, give topics, a token or an hmac, or leave it out.',
  ),
);

const RulesFile = v.strictObject({
  rules: heardRecord(
    v.pipe(v.string(), v.regex(RULE_NAME, 'is not a rule name, use 1 to 64 letters, digits, - and _.')),
    v.strictObject({
      when: Condition,
      copyTo: v.strictObject({ store: Name, bucket: Name, key: v.optional(KeyTemplate, '{key}') }),
      options: v.pipe(
        CopyRequest.entries.options,
        v.check(
          ({ ifSource }) => ifSource?.etag === undefined,
          'sets ifSource.etag, which is pinned to what each event finds: remove it.',
        ),
      ),
      from: v.optional(Senders),
      enabled: v.optional(v.boolean(), true),
    }),
  ),
});

/**
 * Checks a rules file that was read from YAML or JSON: each rule by itself, against the stores it names, and all of them
 * together.
 *
 * @param document The file as plain data.
 * @throws CopyError InvalidConfig with one sentence that names the field or the rules.
 */
export function parseRules(document: unknown, stores: StoreConfigs): readonly Rule[] {
  const { rules: raw } = parse(RulesFile, document, 'The rules file', 'InvalidConfig');
  const rules = Object.entries(raw).map(
    ([name, rule]): Rule => ({ ...rule, name, provider: stores[rule.when.store]?.provider ?? '' }),
  );
  for (const rule of rules) refuseImpossible(rule, stores);
  refuseLoops(
    rules.filter(({ enabled }) => enabled),
    stores,
  );
  return rules;
}

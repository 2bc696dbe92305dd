import { pinnedCertificates } from '@objectferry/shared/events/push/certificate.ts';
import type { PushSenders, Rule } from '@objectferry/shared/events/rule.ts';
import { parseRules } from '@objectferry/shared/events/rules.ts';
import { partitionOf } from '@objectferry/shared/provider/s3/amazon.ts';
import { parse } from '@objectferry/shared/schema.ts';
import type { StoreConfigs } from '@objectferry/shared/stores.ts';
import * as v from 'valibot';
import { parameterSized, parameterText, readDocument, readText } from './document.ts';
import { SecretId } from './stores-file.ts';

/** What the stack needs of a file of rules: the document for the handlers, and what decides over permissions. */
export interface EventsFile {
  /** JSON, as the parameter holds it. */
  readonly json: string;
  /** Buckets at Amazon whose new objects a rule asks for. */
  readonly buckets: readonly string[];
  /** SNS topics that may send to the queue. */
  readonly topics: readonly string[];
  /** Secrets with the tokens and HMAC keys of pushes. */
  readonly secretIds: readonly string[];
  /** Whether a rule takes pushes, so that somebody has to listen for them. */
  readonly pushes: boolean;
  /** Certificates in PEM, where any are pinned. */
  readonly pinnedCertificates?: string | undefined;
}

const Sender = v.object({ secret: SecretId });
const SNS_TOPIC = /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/;

/**
 * Reads certificates that pushes have to be signed by.
 *
 * @throws CopyError InvalidConfig with one sentence.
 */
export function readPinnedCertificates(path: string): string {
  const text = readText(path, 'give the path of a file of certificates in PEM.');
  pinnedCertificates(text);
  return parameterSized(text, path);
}

/**
 * Reads a file of rules for deployment: the handlers' own check, and what decides over permissions. A rule that is not
 * enabled decides over none.
 *
 * @throws CopyError InvalidConfig with one sentence.
 */
export function readEventsFile(path: string, stores: StoreConfigs): EventsFile {
  const document = readDocument(path, 'events');
  const rules = parseRules(document, stores).filter(({ enabled }) => enabled);
  const senders = rules.flatMap(({ from }) => from ?? []);
  return {
    json: parameterText(document, path),
    buckets: unique(rules.flatMap(({ when }) => (isAtAmazon(when.store, stores) ? when.bucket : []))),
    topics: unique(senders.flatMap(({ topics }) => topics).filter((topic) => SNS_TOPIC.test(topic))),
    secretIds: unique(rules.flatMap((rule) => secretsOf(rule, path))),
    pushes: senders.length > 0,
  };
}

/** Only Amazon's own buckets tell EventBridge and SQS of new objects; all others come as pushes. */
function isAtAmazon(name: string, stores: StoreConfigs): boolean {
  const store = stores[name];
  return store?.provider === 's3' && partitionOf(store) !== undefined;
}

function secretsOf({ name, from }: Rule, path: string): string[] {
  const named = (field: keyof PushSenders & ('token' | 'hmac')): string[] => {
    const sender = from?.[field];
    return sender === undefined
      ? []
      : [parse(Sender, sender, `${path}, rules.${name}.from.${field}`, 'InvalidConfig').secret];
  };
  return [...named('token'), ...named('hmac')];
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}

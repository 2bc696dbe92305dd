import { CopyError } from '../errors.ts';
import { parse } from '../schema.ts';
import { PushEnvelope } from './envelope.ts';
import { readCloudEvent } from './forms/cloud-event.ts';
import { readObsRecord } from './forms/obs.ts';
import { readOssEvent } from './forms/oss.ts';
import { readQingstorHint } from './forms/qingstor.ts';
import { readS3EventBridge } from './forms/s3-eventbridge.ts';
import { readS3Record } from './forms/s3-record.ts';
import type { Origin } from './match.ts';
import { readDocument } from './message.ts';
import type { IgnoredEvent, ObjectCreated, Read } from './object-created.ts';
import { limited } from './records.ts';

/** A message in an envelope in an envelope; more is nobody's form. */
const MAX_WRAPPINGS = 4;

/** All that one message told. */
export interface Normalised {
  readonly origin: Origin;
  readonly created: readonly ObjectCreated[];
  readonly ignored: readonly IgnoredEvent[];
  /** Records that cannot be read, next to others that can: each an InvalidRequest. */
  readonly rejected: readonly CopyError[];
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Brings a message of any provider into one shape. How it came and what it holds is told by its form alone:
 * S3 records (in SQS, or inside SNS), EventBridge events of Amazon and Alibaba, OSS events (in MNS or as functions get
 * them), OBS records (inside SMN) and EventGrid events, hints of QingStor, and our own envelope around any of these.
 *
 * @param text The message as it came from the queue.
 * @throws CopyError InvalidRequest when the message is in none of the known forms.
 */
export function normalise(text: string): Normalised {
  const document = readDocument(text);
  if (!isFields(document) || document['objectferry'] === undefined) {
    return { origin: { kind: 'queue' }, ...sorted(readMessage(document, undefined, 0)) };
  }
  const { origin, provider, body } = parse(PushEnvelope, document, 'The push');
  return { origin, ...sorted(readMessage(readDocument(body), provider, 1).map((read) => ofProvider(read, provider))) };
}

/** What came of one record. */
type Attempt = Read | CopyError;

function sorted(all: readonly Attempt[]): Omit<Normalised, 'origin'> {
  // Lists in lists: each short, together not.
  const attempts = limited(all);
  return {
    created: attempts.flatMap((read) => ('created' in read ? [read.created] : [])),
    ignored: attempts.flatMap((read) => ('ignored' in read ? [read.ignored] : [])),
    rejected: attempts.filter((read) => read instanceof CopyError),
  };
}

/** A signature of one cloud vouches for nothing that happened in another. */
function ofProvider(read: Attempt, provider: string): Attempt {
  if (!('created' in read) || read.created.provider === provider) return read;
  return new CopyError(
    'InvalidRequest',
    `The message came as a push of ${provider}, but tells of an object of ${read.created.provider}.`,
  );
}

function readMessage(document: unknown, pushedBy: string | undefined, wrappings: number): readonly Attempt[] {
  if (wrappings > MAX_WRAPPINGS) throw new CopyError('InvalidRequest', 'The message is wrapped too many times.');
  if (Array.isArray(document)) {
    return limited(document).flatMap((element) => readMessage(element, pushedBy, wrappings + 1));
  }
  if (!isFields(document)) throw unknownForm(document);
  const inner = wrappedMessage(document);
  if (inner !== undefined) {
    return 'ignored' in inner ? [inner] : readMessage(readDocument(inner.text), pushedBy, wrappings + 1);
  }
  return readEvents(document, pushedBy);
}

function readEvents(document: Fields, pushedBy: string | undefined): readonly Attempt[] {
  const { Records: records, events, Event: event } = document;
  if (Array.isArray(records)) return each(records, (record) => [readRecord(record, pushedBy)]);
  if (Array.isArray(events)) return each(events, readEvent);
  if (document['specversion'] !== undefined) return each([document], readCloudEvent);
  if (document['detail-type'] !== undefined) return each([document], (value) => [readS3EventBridge(value)]);
  if (typeof event === 'string' && event.endsWith('TestEvent')) {
    return [{ ignored: { name: event.slice(0, 200), reason: 'It is sent once, when notifications are set up.' } }];
  }
  if (pushedBy === 'qingstor') return each([document], (value) => [readQingstorHint(value)]);
  throw unknownForm(document);
}

function readRecord(record: unknown, pushedBy: string | undefined): Read {
  return isFields(record) && record['obs'] !== undefined ? readObsRecord(record) : readS3Record(record, pushedBy);
}

/** EventGrid sends its CloudEvents under the name that OSS has for its own events. */
function readEvent(event: unknown): readonly Read[] {
  return isFields(event) && event['specversion'] !== undefined ? readCloudEvent(event) : [readOssEvent(event)];
}

/** One record that cannot be read must not hide the others. */
function each(values: readonly unknown[], read: (value: unknown) => readonly Read[]): readonly Attempt[] {
  if (values.length === 0) return [{ ignored: { name: 'Message', reason: 'It has no records.' } }];
  return limited(values).flatMap((value): readonly Attempt[] => {
    try {
      return read(value);
    } catch (error) {
      if (error instanceof CopyError) return [error];
      throw error;
    }
  });
}

/**
 * The message inside an envelope of SNS, SMN or MNS.
 *
 * @returns undefined when there is no such envelope.
 */
function wrappedMessage(fields: Fields): { readonly text: string } | Extract<Read, { ignored: unknown }> | undefined {
  const { Type, TopicArn, Message, type, topic_urn, message, TopicName } = fields;
  if (typeof Type === 'string' && typeof TopicArn === 'string') return notification(Type, Message);
  if (typeof type === 'string' && typeof topic_urn === 'string') return notification(type, message);
  if (typeof TopicName === 'string') return notification('Notification', Message);
  return undefined;
}

function notification(type: string, message: unknown): ReturnType<typeof wrappedMessage> {
  if (type !== 'Notification') {
    return { ignored: { name: type.slice(0, 200), reason: 'It is about a subscription and tells of no object.' } };
  }
  if (typeof message === 'string') return { text: message };
  throw new CopyError('InvalidRequest', 'The notification has no message text.');
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknownForm(document: unknown): CopyError {
  const what = isFields(document)
    ? `its fields are ${
        Object.keys(document)
          .slice(0, 10)
          .map((name) => JSON.stringify(name.slice(0, 40)))
          .join(', ') || 'none'
      }`
    : 'it is not an object';
  return new CopyError(
    'InvalidRequest',
    `The message has none of the known forms of an object-created notification (${what}): send such notifications to this queue, and nothing else.`,
  );
}

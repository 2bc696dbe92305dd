import * as v from 'valibot';
import { CopyError } from '../../errors.ts';
import { EventName, Note, parseEvent } from '../fields.ts';
import type { Read } from '../object-created.ts';
import { limited } from '../records.ts';
import { readObsRecord } from './obs.ts';
import { readOssEvent } from './oss.ts';

/** @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
const CloudEvent = v.object({
  specversion: v.string(),
  id: Note,
  source: v.string(),
  type: EventName,
  time: Note,
  data: v.unknown(),
});
type CloudEvent = v.InferOutput<typeof CloudEvent>;

/**
 * Reads a CloudEvent: of OSS on Alibaba's EventBridge, or of OBS on Huawei's EventGrid.
 *
 * @throws CopyError InvalidRequest for any other source.
 */
export function readCloudEvent(value: unknown): readonly Read[] {
  const event = parseEvent(CloudEvent, value, 'CloudEvents');
  if (event.source === 'acs.oss') return [readOssCloudEvent(event)];
  if (event.source === 'HC.OBS' || event.source.startsWith('HC.OBS.')) return readObsCloudEvent(event);
  throw new CopyError(
    'InvalidRequest',
    `The CloudEvents event is of ${event.source.slice(0, 100)}; only acs.oss and HC.OBS are read.`,
  );
}

/** @see https://www.alibabacloud.com/help/en/eventbridge/user-guide/oss-events */
function readOssCloudEvent({ data, type, id, time }: CloudEvent): Read {
  // Console and monitoring events have data of other shapes.
  if (!/^oss:Object(?:Created|Replication):/.test(type)) {
    return { ignored: { name: type, reason: 'It says that something else than a creation happened.' } };
  }
  const envelope = { ...(id === undefined ? {} : { id }), ...(time === undefined ? {} : { time }) };
  return readOssEvent(isObject(data) ? { eventName: type, ...data } : data, envelope);
}

/** @see https://support.huaweicloud.com/intl/en-us/usermanual-obs/obs_06_19_05.html */
function readObsCloudEvent({ data, type, id, time }: CloudEvent): readonly Read[] {
  const [, name] = /(?:^|:)(Object[A-Z]\w*:\w+)$/.exec(type) ?? [];
  if (name !== undefined && !name.startsWith('ObjectCreated:')) {
    return [{ ignored: { name: type, reason: 'It says that something else than a creation happened.' } }];
  }
  const records: readonly unknown[] = Array.isArray(data) ? limited(data) : [data];
  return records.map((record) => readObsRecord(record, { id, time, name }));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

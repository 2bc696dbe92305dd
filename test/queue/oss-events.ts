/** The object that an event is about. */
export interface EventObject {
  readonly bucket: string;
  readonly key: string;
  readonly etag?: string;
}

/** One event as OSS writes it. */
function ossEvent({ bucket, key, etag }: EventObject, name = 'ObjectCreated:PutObject'): object {
  return {
    eventName: name,
    eventSource: 'acs:oss',
    eventTime: '2026-11-20T06:45:43.000Z',
    eventVersion: '1.0',
    region: 'cn-hangzhou',
    oss: {
      bucket: { arn: `acs:oss:cn-hangzhou:123456789:${bucket}`, name: bucket, ownerIdentity: '123456789' },
      object: { deltaSize: 64, key, size: 64, ...(etag === undefined ? {} : { eTag: etag }) },
      ossSchemaVersion: '1.0',
      ruleId: 'rule',
    },
    responseElements: { requestId: '58F9FF2D3DF792092E12044C' },
  };
}

/** As functions get it, and as the queues of MNS have it. */
export function asJson(...objects: readonly EventObject[]): string {
  return JSON.stringify({ events: objects.map((object) => ossEvent(object)) });
}

/** As MNS delivers it. */
export function asBase64(...objects: readonly EventObject[]): string {
  return Buffer.from(asJson(...objects)).toString('base64');
}

/** As EventBridge of Alibaba Cloud delivers it. */
export function asCloudEvent(object: EventObject): string {
  return JSON.stringify({
    id: '69B1000000000000000000A8',
    source: 'acs.oss',
    specversion: '1.0',
    type: 'oss:ObjectCreated:PutObject',
    subject: `acs:oss:cn-hangzhou:123456789:${object.bucket}/${object.key}`,
    time: '2026-11-20T06:45:43.000Z',
    data: ossEvent(object),
  });
}

/** A step of an upload, which makes no object. */
export function asUploadStep(object: EventObject): string {
  return JSON.stringify({ events: [ossEvent(object, 'ObjectCreated:UploadPart')] });
}

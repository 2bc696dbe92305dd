import type { JsonSchema } from '@valibot/to-json-schema';

/** What a person may wonder about, by schema and field; a dot leads into an object. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  CopyRequest: 'What to copy, where to, and how.',
  'CopyRequest.source':
    'The object to copy: `store://bucket/key?versionId=…` with key and version percent-encoded, or its parts.',
  'CopyRequest.destination':
    'Where the copy is to be: `store://bucket/key` with the key percent-encoded, or its parts.',
  'CopyRequest.options.overwrite':
    'What to do when the destination exists: replace it, refuse, or replace it unless it provably holds the same content.',
  'CopyRequest.options.ifSource': 'Conditions on the source; when one fails, nothing is copied.',
  'CopyRequest.options.metadata': '`copy` takes over headers and user metadata of the source; an object replaces them.',
  'CopyRequest.options.tags': '`copy` takes over the tags of the source, `none` gives none, an object gives these.',
  'CopyRequest.options.encryption':
    'Encryption of the destination. A customer key is named by its secret and never part of a request.',
  'CopyRequest.options.sourceEncryption': 'The secret that holds the customer key which the source is encrypted with.',
  'CopyRequest.options.partSizeMiB': 'Size of a part in MiB; default: chosen for the size of the object.',
  'CopyRequest.options.maxInFlight': 'Requests in flight at a time; at most what the store allows.',
  'CopyRequest.options.copiesAtOnce':
    'Copies like this one that run at the same time: larger parts then, which cost less and lose no time.',
  'CopyRequest.options.maxDollars': 'Refuse the copy before it begins when its estimate is above.',
  'CopyRequest.options.onFailure': '`keep` leaves the parts of a failed copy, so that it can be resumed.',
  'CopyRequest.options.requireChecksum':
    'Fail when no checksum is known on both sides; with `verify` `read` equal bytes are as good as a checksum.',
  'CopyRequest.options.verify':
    '`read`: where no checksum proves the copy, source and destination are read back and compared byte for byte.',
  'CopyRequest.options.token':
    'Write a random token into the user metadata of the destination, by which a lost answer is settled.',
  CopyAccepted: 'The copy is asked for; its link tells how it is doing.',
  'CopyAccepted.links.self': 'Path of the copy.',
  CopyStatus: 'One copy.',
  'CopyStatus.source': 'Absent when the request could not be read.',
  'CopyStatus.strategy': 'Absent until it is decided: one request, parts, or nothing to do.',
  'CopyStatus.size': 'Bytes of the source; absent until it is pinned.',
  'CopyStatus.progressError': 'Why the progress is not known just now; the copy itself may be well.',
  'CopyStatus.receipt': 'What a copy that succeeded proves about itself.',
  'CopyStatus.error': 'Why a copy did not succeed.',
  CopyState: '`stopped` by somebody, `timedOut` by the limit of the state machine.',
  CopyProgress: 'How far a copy in parts is, by what the provider lists.',
  'CopyProgress.bytesPerSecond': 'On average since the copy began.',
  'CopyProgress.etaSeconds': 'Absent as long as nothing is done.',
  CopyFailure: 'An error: its name, its sentence, and what to do next.',
  CopyList: 'One page of copies, newest first.',
  'CopyList.next': 'Send it as `next` for the next page; absent on the last one.',
  CopySummary: 'A line of the list.',
  Receipt: 'What a finished copy proves about itself.',
  'Receipt.splitParts': 'Parts that were copied in two halves, because they had timed out; absent for none.',
  'Receipt.adopted': 'Parts that were there already.',
  'Receipt.retries': 'Requests that were sent again.',
  Check: '`different` always fails the copy; `unavailable`: one side does not tell the value.',
  Health: 'The API answers.',
  Problem: 'Every answer that is not a success (RFC 9457).',
  'Problem.type': '`/problems/` and the name of the problem, which a program decides by.',
  'Problem.detail': 'One sentence that says what to do next.',
  GatewayMessage: 'What API Gateway says itself, before the API is asked.',
};

/** The schemas with their descriptions. @throws Error for a description of a field that there is not. */
export function describeFields(schemas: Readonly<Record<string, JsonSchema>>): Readonly<Record<string, JsonSchema>> {
  const described = structuredClone(schemas);
  for (const [path, description] of Object.entries(DESCRIPTIONS)) {
    const [name, ...fields] = path.split('.');
    const target = fields.reduce<unknown>(fieldOf, field(described, name));
    if (!isRecord(target)) throw new Error(`There is no ${path} to describe in the OpenAPI document.`);
    target['description'] = description;
  }
  return described;
}

function fieldOf(schema: unknown, name: string): unknown {
  return field(field(schema, 'properties'), name);
}

function field(value: unknown, name: string | undefined): unknown {
  return isRecord(value) && name !== undefined ? value[name] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

import type { Fault } from '../emulators/fault-plan.ts';
import { aligned } from './text.ts';

/** For a person who writes a fault plan: the fields of each kind besides `kind`, and what happens. */
const KINDS: Readonly<Record<Fault['kind'], readonly [fields: string, what: string]>> = {
  status: ['status, code, message, headers', "no work; the provider's own error document with this status"],
  redirect: ['status, location', 'no work; sent elsewhere'],
  'web-page': ['', 'no work; a web page with status 200'],
  reset: ['', 'no work; the connection is reset'],
  'lost-answer': ['', 'the work is done, the connection is reset without an answer'],
  'reset-after': ['', 'the work is done and answered, then the connection is reset'],
  repeated: ['', 'the work is done twice, the second answer is given'],
  latency: ['ms', 'the answer comes later; other rules still apply'],
  stall: ['ms, where', '`body`: headers at once, the body after so long; `before`: no work, reset after so long'],
  'missing-etag': ['', 'the work is done, the answer has no ETag'],
  'empty-etag': ['', 'the work is done, the ETag is an empty text'],
  'error-in-200': ['code, message, done', 'status 200 with an error document; the work only with `done`'],
  'empty-body': ['', 'the work is done, the answer has no body'],
  'cut-body': ['', 'the work is done, the connection ends in the middle of the body'],
  'wrong-length': ['bytes', 'the work is done, Content-Length is so much too long, or too short where negative'],
  'malformed-xml': ['', 'the work is done, the document (XML or JSON) is not well-formed'],
  'nested-body': ['depth', 'the work is done, the document is nested so deep'],
  entities: ['', 'the work is done, the XML document declares entities'],
  'gigantic-body': ['bytes', 'the work is done, the document has so many blanks'],
  'gigantic-header': ['bytes', 'the work is done, a header is so long'],
  'whole-object': ['', 'the range of a part is ignored, the whole object copied'],
  'wrong-range': ['', 'the work is done, the answer names other bytes as copied'],
  'wrong-size': ['bytes', 'the part lacks so many bytes'],
};

/** The fault kinds of `objectferry emulators --faults`. */
export function kindsText(): string {
  const body = Object.entries(KINDS).map(([kind, [fields, what]]) => [`\`${kind}\``, fields, what]);
  return aligned([['kind', 'its fields', 'what happens'], ...body]).join('\n');
}

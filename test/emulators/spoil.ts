import type { Answer } from './answer.ts';
import { Content } from './content.ts';
import type { Fault } from './fault-plan.ts';

/** An ETag in a JSON document, where it is never an object's first field. */
const jsonEtag = /,"etag":"(?:[^"\\]|\\.)*"/g;
/** One block of blanks, referred to as often as a gigantic document needs it. */
const blanks = Buffer.alloc(1 << 20, ' ');
/** Nine entities of ten references each: a thousand million characters from less than a thousand. */
const entityNames = [...'abcdefghi'];

/** What a captive proxy answers to everything. */
const webPage: Answer = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<!doctype html><html><head><title>Sign in</title></head><body><p>Sign in to use this network.</body></html>',
};

/** The answer of a fault that needs no word of the provider's, and in whose place nothing is worked. */
export function insteadOfWork(fault: Fault | undefined): Answer | undefined {
  switch (fault?.kind) {
    case 'reset':
      return { status: 0, headers: {}, delivery: { kind: 'reset' } };
    case 'redirect':
      return { status: fault.status, headers: { location: fault.location } };
    case 'web-page':
      return webPage;
    case 'stall':
      return fault.where === 'before'
        ? { status: 0, headers: {}, delivery: { kind: 'silence', ms: fault.ms } }
        : undefined;
    default:
      return;
  }
}

/** Faults that leave the work alone and change only what the client hears of it. */
export function spoil(answer: Answer, fault: Fault | undefined): Answer {
  return (
    spoilDelivery(answer, fault) ?? { ...answer, ...spoilHead(answer, fault), body: spoilBody(answer.body, fault) }
  );
}

/** The answer without an ETag, neither in its headers nor in its body. */
export function withoutEtag(answer: Answer): Answer {
  const { etag: _etag, ...headers } = answer.headers;
  return {
    ...answer,
    headers,
    body: mapText(answer.body, (text) => text.replace(/<ETag>[^<]*<\/ETag>/g, '').replace(jsonEtag, '')),
  };
}

function spoilDelivery(answer: Answer, fault: Fault | undefined): Answer | undefined {
  switch (fault?.kind) {
    case 'missing-etag':
      return withoutEtag(answer);
    case 'cut-body':
      return { ...answer, delivery: { kind: 'cut' } };
    case 'lost-answer':
      return { ...answer, delivery: { kind: 'reset' } };
    case 'stall':
      return { ...answer, delivery: { kind: 'stall', ms: fault.ms } };
    case 'reset-after':
      return { ...answer, delivery: { kind: 'reset-after' } };
    case 'wrong-length':
      return { ...answer, delivery: { kind: 'length', bytes: fault.bytes } };
    default:
      return;
  }
}

function spoilHead({ headers }: Answer, fault: Fault | undefined): Pick<Answer, 'headers'> | undefined {
  switch (fault?.kind) {
    case 'empty-etag':
      return headers['etag'] === undefined ? undefined : { headers: { ...headers, etag: '' } };
    case 'wrong-range':
      return {
        headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, shifted(name, text)])),
      };
    case 'gigantic-header':
      return { headers: { ...headers, 'x-padding': 'x'.repeat(fault.bytes) } };
    default:
      return;
  }
}

function spoilBody(body: Answer['body'], fault: Fault | undefined): Answer['body'] {
  switch (fault?.kind) {
    case 'empty-etag':
      return mapText(body, (text) => text.replace(/(<ETag>)[^<]*(<\/ETag>)/g, '$1$2').replace(jsonEtag, ',"etag":""'));
    case 'empty-body':
      return;
    case 'malformed-xml':
      return mapText(body, (text) => text.replace(/<\/[^<]*>$/, '<').replace(/\}$/, ''));
    case 'nested-body':
      return mapText(body, (text) => nested(text, fault.depth));
    case 'entities':
      return mapText(body, withEntities);
    case 'gigantic-body':
      return typeof body === 'string' ? drawnOut(body, fault.bytes) : body;
    default:
      return body;
  }
}

/** A range of bytes in a header, moved on by its own length. */
function shifted(name: string, text: string): string {
  return /^(?:x-qs-content-copy-range|content-range)$/.test(name)
    ? text.replace(
        /(\d+)-(\d+)/,
        (_, first: string, last: string) => `${Number(last) + 1}-${2 * Number(last) + 1 - Number(first)}`,
      )
    : text;
}

function nested(text: string, depth: number): string {
  return text.startsWith('{')
    ? text.replace('{', `{"nested":${'['.repeat(depth)}${']'.repeat(depth)},`)
    : text.replace(/<[A-Za-z][^>]*>/, (root) => `${root}${'<n>'.repeat(depth)}${'</n>'.repeat(depth)}`);
}

function withEntities(text: string): string {
  if (text.startsWith('{')) return text;
  const declared = entityNames.map((name, index) => {
    const before = entityNames[index - 1];
    return `<!ENTITY ${name} "${before === undefined ? 'ha' : `&${before};`.repeat(10)}">`;
  });
  return text.replace(
    /<[A-Za-z][^>]*>/,
    (root) => `<!DOCTYPE answer [${declared.join('')}]>${root}<Entity>&${entityNames.at(-1)};</Entity>`,
  );
}

/** Blanks between the document's last element and its end, or before the end of a JSON document. */
function drawnOut(text: string, bytes: number): Exclude<Answer['body'], string> {
  const end = text.startsWith('{') ? text.length - 1 : text.lastIndexOf('</');
  const many = Array.from({ length: Math.ceil(bytes / blanks.length) }, () => Content.ofBytes(blanks));
  const content = Content.concat([
    Content.ofBytes(Buffer.from(text.slice(0, end))),
    ...many,
    Content.ofBytes(Buffer.from(text.slice(end))),
  ]);
  return { content, offset: 0, length: content.size };
}

function mapText(body: Answer['body'], change: (text: string) => string): Answer['body'] {
  return typeof body === 'string' ? change(body) : body;
}

import type { HttpAnswer } from '@objectferry/shared/http/transport.ts';

/** A head and a body as one run of bytes, so that one mutator reaches all of it: first line, header lines, body. */
export function toBytes(
  first: string,
  headers: Readonly<Record<string, string | undefined>>,
  body: Uint8Array,
): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value ?? ''}`);
  return Buffer.concat([Buffer.from(`${[first, ...lines].join('\n')}\n\n`), body]);
}

/** Reads such bytes back, whatever was done to them. */
export function fromBytes(bytes: Buffer): { first: string; headers: Record<string, string>; body: Buffer } {
  const end = bytes.indexOf('\n\n');
  const head = end < 0 ? bytes : bytes.subarray(0, end);
  const [first = '', ...lines] = head.toString('utf8').split('\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(': ');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 2);
  }
  return { first, headers, body: end < 0 ? Buffer.of() : bytes.subarray(end + 2) };
}

export function answerBytes({ status, headers, body }: HttpAnswer): Buffer {
  return toBytes(`${status}`, headers, body);
}

/** A status that is none counts as the one that was recorded. */
export function answerFrom(bytes: Buffer, recorded: HttpAnswer): HttpAnswer {
  const { first, headers, body } = fromBytes(bytes);
  const status = Number(first);
  return {
    status: Number.isInteger(status) && status >= 100 && status <= 599 ? status : recorded.status,
    headers,
    body,
  };
}

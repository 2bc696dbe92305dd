import { createTransport } from '@objectferry/shared/http/undici-transport.ts';
import { afterAll, describe, expect, it } from 'vitest';
import type { Answer } from '#test/emulators/answer.ts';
import type { Fault } from '#test/emulators/fault-plan.ts';
import { serveOnLoopback } from '#test/emulators/http-server.ts';
import { spoil } from '#test/emulators/spoil.ts';
import { mib, pick, send, upload, world } from './s3-client.ts';

const LIMIT = 1 << 20;
const transport = createTransport({ connectionsPerOrigin: 1 });
afterAll(() => transport.close());

const XML = '<?xml version="1.0"?>\n<Result><ETag>"a"</ETag></Result>';
const JSON_TEXT = '{"upload_id":"a","etag":"b"}';

function textOf(body: string, fault: Fault): string {
  const spoiled = spoil({ status: 200, headers: {}, body }, fault).body;
  return typeof spoiled === 'string' ? spoiled : expect.fail('not a text');
}

/** What our own transport makes of a spoiled answer, twice over the same connection. */
async function receive(answer: Answer): Promise<readonly string[]> {
  let first = true;
  const server = await serveOnLoopback(() => {
    const given = first ? answer : { status: 200, headers: {}, body: 'next' };
    first = false;
    return given;
  });
  const ask = async () => {
    const origin = `http://127.0.0.1:${server.port}`;
    const request = {
      method: 'GET',
      origin,
      target: '/',
      headers: {},
      timeoutMs: 5000,
      maxAnswerBytes: LIMIT,
    } as const;
    return transport(request).then(
      ({ body }) => Buffer.from(body).toString().slice(0, 40),
      (error: unknown) => (error instanceof Error ? error.name : 'not an error'),
    );
  };
  try {
    return [await ask(), await ask()];
  } finally {
    await server.close();
  }
}

describe('answers that are spoiled', () => {
  it('nested-body nests inside the document, in XML and in JSON', () => {
    const fault = { kind: 'nested-body', depth: 2 } as const;
    expect(textOf(XML, fault)).toContain('<Result><n><n></n></n><ETag>');
    expect(JSON.parse(textOf(JSON_TEXT, fault))).toEqual({ nested: [[]], upload_id: 'a', etag: 'b' });
  });

  it('entities declares them before the root element, and leaves JSON alone', () => {
    expect(textOf(XML, { kind: 'entities' })).toMatch(
      /^<\?xml[^>]*>\n<!DOCTYPE answer \[<!ENTITY a "ha">.*<Result><Entity>&i;/,
    );
    expect(textOf(JSON_TEXT, { kind: 'entities' })).toBe(JSON_TEXT);
  });

  it.each(['content-range', 'x-qs-content-copy-range'])('wrong-range moves the range in %s', (name) => {
    const answer = { status: 200, headers: { [name]: 'bytes 10-19/100', 'x-other': '10-19' } };
    const { headers } = spoil(answer, { kind: 'wrong-range' });
    expect(headers).toEqual({ [name]: 'bytes 20-29/100', 'x-other': '10-19' });
  });

  it('gigantic-body is as large as it says, without being in memory, and a reader with a limit lets go of it', async () => {
    const answer = spoil({ status: 200, headers: {}, body: XML }, { kind: 'gigantic-body', bytes: 2 ** 30 });
    expect(answer.body).toMatchObject({ length: 2 ** 30 + XML.length });
    const before = process.memoryUsage();
    const started = performance.now();
    expect(await receive(answer)).toEqual(['IncompleteAnswer', 'next']);
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(64 * mib);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it.each<[string, Fault, string]>([
    ['a header that is too large', { kind: 'gigantic-header', bytes: 2 ** 17 }, 'IncompleteAnswer'],
    ['a length that is too long', { kind: 'wrong-length', bytes: 64 }, 'IncompleteAnswer'],
    ['a length that is too short', { kind: 'wrong-length', bytes: -20 }, XML.slice(0, -20).slice(0, 40)],
    ['a reset behind the answer', { kind: 'reset-after' }, XML.slice(0, 40)],
  ])('%s does not spoil the next answer', async (_, fault, first) => {
    const answers = await receive(spoil({ status: 200, headers: {}, body: XML }, fault));
    expect(answers[0]).toBe(first);
    // A connection that dies just then may still be chosen for the next request, which then fails by name.
    expect(['next', 'ConnectionLost', 'IncompleteAnswer']).toContain(answers[1]);
  });
});

describe('faults of whole requests', () => {
  const onPart = async (fault: Fault) => {
    const emulator = await world();
    const begun = await upload(emulator);
    emulator.faults.setPlan({ seed: 1, rules: [{ operation: 'UploadPartCopy', times: 1, fault }] });
    const reply = await begun.copy(1, `bytes=0-${mib - 1}`);
    return { emulator, reply, part: emulator.model.openUploads('archive')[0]?.parts.get(1) };
  };

  it('redirect: sent elsewhere, and no work', async () => {
    const { emulator, reply, part } = await onPart({ kind: 'redirect', status: 307, location: 'http://127.0.0.1:9/' });
    await using _ = emulator;
    expect([reply.status, reply.headers['location'], part]).toEqual([307, 'http://127.0.0.1:9/', undefined]);
  });

  it('web-page: a success of somebody else, and no work', async () => {
    const { emulator, reply, part } = await onPart({ kind: 'web-page' });
    await using _ = emulator;
    expect([reply.status, reply.headers['content-type'], part]).toEqual([200, 'text/html', undefined]);
  });

  it('repeated: the work is done twice, and the second answer given', async () => {
    await using emulator = await world();
    const fault = { kind: 'repeated' } as const;
    emulator.faults.setPlan({ seed: 1, rules: [{ operation: 'CreateMultipartUpload', times: 1, fault }] });
    const reply = await send(emulator, { method: 'POST', bucket: 'archive', path: '/d?uploads=' });
    const open = emulator.model.openUploads('archive').map(({ uploadId }) => uploadId);
    expect([open.length, open.includes(pick(reply, 'UploadId'))]).toEqual([2, true]);
  });

  it('refusals have the time of the service', async () => {
    const time = new Date('2030-01-01T00:00:00Z');
    await using emulator = await world({ clock: () => time });
    const reply = await send(emulator, { bucket: 'raw', path: '/s', date: new Date() });
    expect([reply.status, reply.headers['date']]).toEqual([403, time.toUTCString()]);
  });
});

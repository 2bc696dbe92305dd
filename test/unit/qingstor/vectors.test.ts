import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Credentials } from '../../../shared/credentials.ts';
import {
  canonicalHeaders,
  canonicalResource,
  type SignableRequest,
  sign,
  signature,
  stringToSign,
} from '../../../shared/provider/qingstor/sign.ts';

const schema = v.object({
  clock: v.string(),
  crosschecks: v.array(
    v.object({
      name: v.string(),
      expected: v.string(),
      inputs: v.object({ accessKeyId: v.string(), secretAccessKey: v.string(), stringToSign: v.string() }),
    }),
  ),
  vectors: v.array(
    v.object({
      id: v.string(),
      accessKeyId: v.string(),
      secretAccessKey: v.string(),
      bucket: v.string(),
      method: v.string(),
      url: v.string(),
      headers: v.record(v.string(), v.string()),
      stringToSign: v.string(),
      authorization: v.string(),
      signature: v.string(),
    }),
  ),
});
const file = v.parse(schema, JSON.parse(readFileSync('test/vectors/qingstor-signing.json', 'utf8')));

type Vector = (typeof file.vectors)[number];

/** Host and raw path, as they stand in the URL: no URL object may see them. */
function requestOf({ method, bucket, url, headers }: Vector): SignableRequest {
  const [, host = '', path = '', rawQuery = ''] = /^https:\/\/([^/?]+)([^?]*)\??(.*)$/.exec(url) ?? [];
  const query = rawQuery
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => pair.split('=').map(decodeURIComponent))
    .map(([name = '', value]) => [name, value] as const);
  const lowerCased = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  const hostBucket = host.startsWith(`${bucket}.`) ? bucket : undefined;
  return { method, hostBucket, path, query, headers: Object.fromEntries(lowerCased) };
}

describe('vectors of the official SDKs', () => {
  it('has all of them', () => {
    expect(file.vectors).toHaveLength(22);
    expect(file.crosschecks).toHaveLength(4);
  });

  it.each(file.vectors)('QS-9 $id, each step', (vector) => {
    const request = requestOf(vector);
    expect(stringToSign(request)).toBe(vector.stringToSign);
    expect(vector.stringToSign.endsWith(canonicalHeaders(request.headers) + canonicalResource(request))).toBe(true);
    expect(signature(vector.secretAccessKey, vector.stringToSign)).toBe(vector.signature);
    const { 'x-qs-date': _date, ...unsigned } = request.headers;
    const signed = sign({ ...request, headers: unsigned }, new Credentials(vector), new Date(file.clock));
    expect(signed).toEqual({ ...request.headers, authorization: vector.authorization });
  });

  it.each(file.crosschecks)('QS-9 $name', ({ inputs, expected }) => {
    expect(`QS ${inputs.accessKeyId}:${signature(inputs.secretAccessKey, inputs.stringToSign)}`).toBe(expected);
  });

  const date = 'Mon, 01 Jan 0001 00:00:00 GMT';
  const test = { 'x-qs-test-2': ' Test 2\t', 'x-qs-test-1': 'Test 1' };
  const query = [
    ['upload_id', 'fde133b5f6d932cd9c79bac3c7318da1'],
    ['part_number', '0'],
    ['other', 'x'],
    ['acl', ''],
  ] as const;

  it.each([
    ['SignerWriteSignature', { hostBucket: undefined, path: '/', query, headers: { date, ...test } }],
    ['WithXQSDate', { hostBucket: undefined, path: '/', query, headers: { date: 'x', 'x-qs-date': date, ...test } }],
    ['Chinese', { hostBucket: undefined, path: '/bucket-name/%E4%B8%AD%E6%96%87', query: [], headers: { date } }],
    ['VirtualStyle', { hostBucket: 'bucket-name', path: '/', query: [['acl']] as const, headers: { date } }],
  ])('QS-9 the request of the Go SDK: %s', (name, request) => {
    const check = file.crosschecks.find((each) => each.name.endsWith(name));
    expect(stringToSign({ method: 'GET', ...request })).toBe(check?.inputs.stringToSign);
  });
});

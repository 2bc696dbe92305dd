import { describe, expect, it } from 'vitest';
import { isForbiddenAddress, isLoopback } from '../../../shared/http/address.ts';
import { endpointProblem, isAddressHost, parseEndpoint } from '../../../shared/http/endpoint.ts';

describe('parseEndpoint', () => {
  it.each([
    ['https://oss-cn-hangzhou.aliyuncs.com', { scheme: 'https', host: 'oss-cn-hangzhou.aliyuncs.com', port: '' }],
    ['HTTP://OSS.LOCALHOST:9000', { scheme: 'http', host: 'oss.localhost', port: ':9000' }],
    ['http://127.0.0.1:1', { scheme: 'http', host: '127.0.0.1', port: ':1' }],
    ['http://[::1]:80', { scheme: 'http', host: '[::1]', port: '' }],
  ])('reads %s', (text, expected) => {
    expect(parseEndpoint(text)).toEqual(expected);
  });

  it.each([
    '',
    'oss-cn-hangzhou.aliyuncs.com',
    'ftp://host',
    'https://host/',
    'https://host/path',
    'https://host?x',
    'https://user@host',
    'https://user:pw@host',
    'https://host:0',
    'https://host:65536',
    'https://host:',
    'https://ho st',
    'https://host#x',
    'https://-host.com',
    'https://host..com',
    'https://host.com.',
    'https://2852039166',
    'https://0x7f.1',
    'https://127.1',
    'https://0xa9fea9fe',
    'https://[::g]',
    'https://[]',
    `https://${'a'.repeat(64)}.com`,
    `https://${'abc.'.repeat(70)}com`,
    'https://host\n',
  ])('refuses %j', (text) => {
    expect(parseEndpoint(text)).toBeUndefined();
  });
});

describe('where requests may go', () => {
  it.each([
    ['169.254.169.254', true],
    ['100.100.100.200', true],
    ['100.118.28.45', false],
    ['fe80::1', true],
    ['febf::1', true],
    ['::ffff:169.254.169.254', true],
    ['0.0.0.0', true],
    ['::', true],
    ['10.0.0.1', false],
    ['127.0.0.1', false],
    ['example.com', false],
  ])('%s is forbidden: %s', (address, expected) => {
    expect(isForbiddenAddress(address)).toBe(expected);
  });

  it.each([
    ['localhost', true],
    ['a.b.localhost', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['localhost.example.com', false],
    ['notlocalhost', false],
    ['10.0.0.1', false],
  ])('%s is this machine: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });

  it.each([
    ['http://oss.localhost', false, undefined],
    ['http://[::1]', false, undefined],
    ['https://example.com', false, undefined],
    ['http://example.com', true, undefined],
    ['http://example.com', false, /plain http/],
    ['http://10.0.0.1', false, /plain http/],
    ['https://169.254.169.254', true, /link-local or metadata/],
    ['https://[fe80::1]', true, /link-local or metadata/],
    ['https://[::ffff:100.100.100.200]', true, /link-local or metadata/],
  ])('%s with insecure %s: %s', (text, insecure, expected) => {
    const endpoint = parseEndpoint(text);
    const problem = endpoint === undefined ? 'unreadable' : endpointProblem(endpoint, insecure);
    if (expected === undefined) expect(problem).toBeUndefined();
    else expect(problem).toMatch(expected);
  });

  it('tells addresses from names', () => {
    const isAddress = (text: string) => {
      const endpoint = parseEndpoint(text);
      return endpoint !== undefined && isAddressHost(endpoint);
    };
    expect(['http://127.0.0.1:9', 'http://[::1]', 'http://oss.localhost'].map(isAddress)).toEqual([true, true, false]);
  });
});

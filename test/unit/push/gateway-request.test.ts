import { describe, expect, it } from 'vitest';
import { type GatewayRequest, pushRequestOf } from '#functions/receive/gateway-request.ts';

const event: GatewayRequest = {
  rawPath: '/events/oss',
  rawQueryString: '',
  headers: { 'content-type': 'text/plain', 'X-Mns-Version': '2015-06-06' },
  pathParameters: { provider: 'oss' },
  requestContext: { domainName: 'abc.execute-api.eu-west-1.amazonaws.com' },
  body: '{"ü":1}',
  isBase64Encoded: false,
};

describe('a push in a request of API Gateway', () => {
  it('has the address that was called, and header names in lower case', () => {
    expect(pushRequestOf(event)).toEqual({
      provider: 'oss',
      origin: 'https://abc.execute-api.eu-west-1.amazonaws.com',
      target: '/events/oss',
      headers: { 'content-type': 'text/plain', 'x-mns-version': '2015-06-06' },
      body: Buffer.from('{"ü":1}'),
    });
  });

  it('keeps a stage in front of the path, and the query as it was written', () => {
    const request = pushRequestOf({ ...event, rawPath: '/prod/events/oss', rawQueryString: 'token=%7Ea&x' });
    expect(request.target).toBe('/prod/events/oss?token=%7Ea&x');
  });

  it('has the domain of the team where there is one', () => {
    expect(pushRequestOf({ ...event, requestContext: { domainName: 'copies.example.com' } }).origin).toBe(
      'https://copies.example.com',
    );
  });

  it('finds the provider in the path where the route names none', () => {
    const { pathParameters: _, ...bare } = event;
    expect(pushRequestOf({ ...bare, rawPath: '/prod/events/obs' }).provider).toBe('obs');
  });

  it('has the very bytes of a body that came in Base64', () => {
    const bytes = Buffer.from([0xff, 0x00, 0x7b]);
    expect(pushRequestOf({ ...event, body: bytes.toString('base64'), isBase64Encoded: true }).body).toEqual(bytes);
  });

  it('has an empty body where there is none', () => {
    const { body: _, ...bare } = event;
    expect(pushRequestOf(bare).body).toHaveLength(0);
  });
});

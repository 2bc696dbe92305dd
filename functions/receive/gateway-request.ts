import type { PushRequest } from '@objectferry/shared/events/push/push-request.ts';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** What is read of an HTTP API's request, payload version 2.0. */
export type GatewayRequest = Pick<
  APIGatewayProxyEventV2,
  'rawPath' | 'rawQueryString' | 'headers' | 'body' | 'isBase64Encoded' | 'pathParameters'
> & { readonly requestContext: Pick<APIGatewayProxyEventV2['requestContext'], 'domainName'> };

/**
 * The push in a request of API Gateway. MNS signs the path and EventBridge the whole address that they were given: the
 * context has the domain that was called, the API's own or a custom one, and the raw path has the stage or the mapping
 * in front, as it was called. Behind a CDN or another proxy the sender called an address that nobody here can know, and
 * these two signatures fail: give the services the API's own address, or a custom domain of API Gateway.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function pushRequestOf(event: GatewayRequest): PushRequest {
  const { rawPath, rawQueryString, headers, body = '', isBase64Encoded, pathParameters, requestContext } = event;
  return {
    provider: pathParameters?.['provider'] ?? rawPath.slice(rawPath.lastIndexOf('/') + 1),
    origin: `https://${requestContext.domainName}`,
    target: rawQueryString === '' ? rawPath : `${rawPath}?${rawQueryString}`,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
  };
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** How a mirror shows what it was sent. */
export type Reflection = (request: IncomingMessage, response: ServerResponse, provider: string) => void;

/** A provider, or a proxy before one, that sends back whatever it was sent. */
export interface Mirror extends AsyncDisposable {
  readonly endpoint: string;
  /** Values of Authorization that came, each of which would be accepted once more for some minutes. */
  readonly authorizations: readonly string[];
  reflect: Reflection;
  provider: string;
}

export async function startMirror(): Promise<Mirror> {
  const authorizations: string[] = [];
  const server = createServer((request, response) => {
    authorizations.push(request.headers.authorization ?? '');
    mirror.reflect(request, response, mirror.provider);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const mirror: Mirror = {
    endpoint: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    authorizations,
    reflect: refusal(400, 'InvalidArgument'),
    provider: 's3',
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return mirror;
}

/** A refusal that quotes the request: in the message, in the string to sign, in the ids and in a header. */
function refusal(status: number, code: string, quote = (text: string) => text): Reflection {
  return (request, response, provider) => {
    // What matters first, because messages are cut off.
    const secret = /customer-key$|security-token$|^authorization$/;
    const headers = Object.entries(request.headers).filter(([name]) => secret.test(name));
    const said = quote(headers.map(([, value]) => String(value)).join(' '));
    const xml = said.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    const body =
      provider === 'qingstor'
        ? JSON.stringify({
            code: code === 'InvalidArgument' ? 'invalid_argument' : 'signature_not_matched',
            message: said,
            request_id: said,
          })
        : `<Error><Code>${code}</Code><Message>${xml}</Message><RequestId>${xml}</RequestId><HostId>${xml}</HostId>` +
          `<StringToSign>${xml}</StringToSign><Condition>${xml}</Condition><EC>${xml}</EC></Error>`;
    for (const [header, value] of headers) {
      response.setHeader(`x-echo-${header}`, String(value));
      response.setHeader(REQUEST_IDS[provider] ?? 'x-request-id', String(value));
    }
    // OSS and OBS put the document of a refused HEAD into headers.
    response.setHeader('x-oss-err', Buffer.from(body).toString('base64'));
    response.setHeader('x-obs-error-code', code);
    response.setHeader('x-obs-error-message', said);
    response.writeHead(status).end(body);
  };
}

const REQUEST_IDS: Readonly<Record<string, string>> = {
  oss: 'x-oss-request-id',
  obs: 'x-obs-request-id',
  qingstor: 'x-qs-request-id',
  s3: 'x-amz-request-id',
};

const raw: Reflection = ({ rawHeaders }, response) => {
  response.writeHead(200, { 'content-type': 'text/plain' }).end(rawHeaders.join('\n'));
};
const inNames: Reflection = ({ headers }, response) => {
  const text = String(
    Object.entries(headers).find(([name]) => name.endsWith('customer-key'))?.[1] ?? headers.authorization,
  );
  response.writeHead(200).end(`<${text.replace(/[^A-Za-z0-9]/g, '')}>x</a>`);
};
/** No HTTP at all: the parser's error would hold these bytes. */
const noHttp: Reflection = ({ rawHeaders }, response) => {
  response.socket?.end(rawHeaders.join(' '));
};
const cut: Reflection = ({ rawHeaders }, response) => {
  response.writeHead(200, { 'content-length': '100000' });
  response.write(rawHeaders.join('\n'), () => response.destroy());
};
const redirect: Reflection = ({ headers }, response) => {
  response
    .writeHead(307, { location: `http://127.0.0.1:1/?${encodeURIComponent(String(headers.authorization))}` })
    .end();
};

/** Every way in which a request comes back. */
export const REFLECTIONS: Readonly<Record<string, Reflection>> = {
  'a refusal': refusal(400, 'InvalidArgument'),
  'a refused signature': refusal(403, 'SignatureDoesNotMatch'),
  'a refused KMS key': refusal(400, 'KMS.DisabledException'),
  'an error in a success': refusal(200, 'InternalError'),
  'an outage': refusal(503, 'ServiceUnavailable'),
  'a refusal, percent-encoded': refusal(400, 'InvalidArgument', encodeURIComponent),
  'a refusal in Base64': refusal(400, 'InvalidArgument', (text) =>
    text
      .split(' ')
      .map((each) => Buffer.from(each).toString('base64'))
      .join(' '),
  ),
  'a refusal in hexadecimal': refusal(400, 'InvalidArgument', (text) =>
    text
      .split(' ')
      .map((each) => Buffer.from(each).toString('hex'))
      .join(' '),
  ),
  'a refusal in capitals': refusal(400, 'InvalidArgument', (text) => text.toUpperCase()),
  'the raw request': raw,
  'names of elements': inNames,
  'bytes that are not HTTP': noHttp,
  'an answer that is cut off': cut,
  'a redirect': redirect,
};

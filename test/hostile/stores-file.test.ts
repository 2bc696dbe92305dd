import { createServer } from 'node:http';
import { isForbiddenAddress } from '@objectferry/shared/http/address.ts';
import { guardedLookup, type SystemLookup } from '@objectferry/shared/http/lookup.ts';
import type { Transport } from '@objectferry/shared/http/transport.ts';
import { createTransport } from '@objectferry/shared/http/undici-transport.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import { describe, expect, it } from 'vitest';
import { requireDeployable } from '#functions/deployable-stores.ts';
import { createExtension } from '#functions/extension.ts';
import { STORE } from './store.ts';

const storesWith = (fields: object) => parseStores({ stores: { it: { ...STORE, ...fields } } });
const refusal = expect.objectContaining({ name: 'InvalidConfig' });

/** Where machines keep their own secrets, as an address in every notation that anything reads as one. */
const METADATA = [
  ...[
    '169.254.169.254',
    '169.254.170.2',
    '169.254.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '0.0.0.0',
    '0.1.2.3',
  ],
  ...[
    '[fd00:ec2::254]',
    '[fd00:ec2::23]',
    '[fd20:ce::254]',
    '[fe80::1]',
    '[febf:ffff::1]',
    '[::]',
    '[::ffff:169.254.169.254]',
  ],
  ...[
    '[::ffff:a9fe:a9fe]',
    '[0:0:0:0:0:ffff:a9fe:a9fe]',
    '[::169.254.169.254]',
    '[::a9fe:a9fe]',
    '[64:ff9b::a9fe:a9fe]',
  ],
  ...['[64:ff9b::169.254.170.2]', '[2002:a9fe:a9fe::1]', '[::ffff:100.100.100.200]', '[64:ff9b::6464:64c8]'],
  ...[
    '2852039166',
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '0xa9.0xfe.0xa9.0xfe',
    '169.254.43518',
    '169.16689662',
    '025177524776',
  ],
  ...[
    '169.254.169.254.',
    '①⑥⑨.254.169.254',
    '169。254。169。254',
    '[fe80::1%25eth0]',
    '[169.254.169.254]',
    '169.254.169.254:80@x',
  ],
];

describe('an endpoint of the stores file', () => {
  it.each(METADATA)('is not the metadata at %s', (host) => {
    for (const scheme of ['http', 'https']) {
      expect(() => storesWith({ endpoint: `${scheme}://${host}` })).toThrow(refusal);
    }
  });

  it.each([
    ...[
      'file:///etc/passwd',
      'file://localhost/etc/passwd',
      'unix:///var/run/docker.sock',
      'http+unix://%2Fvar%2Frun',
      'ftp://host',
    ],
    ...[
      'data:text/plain,x',
      'javascript:1',
      'gopher://host',
      '//host',
      'host',
      'http:host',
      'http:/host',
      'https:\\\\host',
    ],
    ...[
      'https://user@host',
      'https://AKIA:secret@host',
      'https://host/path',
      'https://host/',
      'https://host?x',
      'https://host#x',
    ],
    ...[
      'https://host:22222222',
      'https://ho\nst',
      'https://ho\tst',
      ' https://host',
      'https://host ',
      'https://host\0',
      'https://ho_st',
    ],
    ...[
      'https://[::1',
      'https://::1',
      'https://host..',
      'https://%31%32%37.0.0.1',
      'https://127.1',
      'https://localhost.',
      'https://ｌocalhost',
    ],
  ])('is scheme, host and port only: not %j', (endpoint) => {
    expect(() => storesWith({ endpoint })).toThrow(refusal);
  });

  it('never stands in the sentence that refuses it: keys may have been typed into it', () => {
    expect(() => storesWith({ endpoint: 'https://AKIA:wJalrXUtnFEMI@host' })).toThrow(
      /^(?!.*wJalr).*endpoint must be scheme/,
    );
  });
});

describe('a name that leads to', () => {
  const resolved = (addresses: readonly string[], allowsLoopback: boolean): Promise<unknown> => {
    const system: SystemLookup = (_name, _options, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    return new Promise((done) => {
      guardedLookup(system, () => allowsLoopback)('store.example.com', { all: true }, (error, found) =>
        done(error ?? found),
      );
    });
  };

  it.each([
    ...[
      '169.254.169.254',
      '169.254.170.2',
      '100.100.100.200',
      '168.63.129.16',
      'fd00:ec2::254',
      'fe80::1',
      'fe80::1%eth0',
    ],
    ...['::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', '2002:a9fe:a9fe::1', '0.0.0.0', '::'],
  ])('%s is refused, alone and among others', async (address) => {
    expect(isForbiddenAddress(address)).toBe(true);
    for (const addresses of [[address], ['192.0.2.1', address]]) {
      expect(await resolved(addresses, true)).toMatchObject({ code: 'EADDRFORBIDDEN' });
    }
  });

  it.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])(
    '%s is this machine: refused where that is refused',
    async (address) => {
      expect(await resolved([address], true)).toEqual([{ address, family: address.includes(':') ? 6 : 4 }]);
      expect(await resolved([address], false)).toMatchObject({ code: 'EADDRFORBIDDEN' });
    },
  );

  it.each(['10.0.0.1', '192.168.1.1', '100.118.28.45', 'fd12:3456::1', '2001:db8::1'])(
    'a private network (%s) is found',
    async (address) => {
      expect(await resolved([address], false)).toMatchObject([{ address }]);
    },
  );
});

describe('a transport for which loopback is refused', () => {
  /** A look-alike of the API at 127.0.0.1:9001 that Lambda's runtime asks for events. */
  async function withRuntimeApi(run: (port: number, asked: readonly string[]) => Promise<void>): Promise<void> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('{}');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    try {
      await run(typeof address === 'object' && address !== null ? address.port : 0, asked);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }
  const get = (transport: Transport, origin: string) =>
    transport({
      method: 'GET',
      origin,
      target: '/2018-06-01/runtime/invocation/next',
      headers: {},
      timeoutMs: 2_000,
      maxAnswerBytes: 1024,
    });

  it('reaches no address of this machine, and the same one otherwise does', async () => {
    const [closed, open] = [createTransport({ allowsLoopback: () => false }), createTransport()];
    await withRuntimeApi(async (port, asked) => {
      for (const host of ['127.0.0.1', '127.0.0.2', 'localhost', 'raw.localhost', '[::1]', '[::ffff:127.0.0.1]']) {
        await expect(get(closed, `http://${host}:${port}`), host).rejects.toMatchObject({ name: 'InvalidConfig' });
      }
      expect(asked).toEqual([]);
      expect((await get(open, `http://127.0.0.1:${port}`)).status).toBe(200);
    });
    await Promise.all([closed.close(), open.close()]);
  });

  it('and no metadata address at all, although nobody checked the endpoint before', async () => {
    const transport = createTransport();
    for (const host of ['169.254.169.254', '[fd00:ec2::254]', '[::ffff:a9fe:a9fe]', '0.0.0.0']) {
      await expect(get(transport, `http://${host}`), host).rejects.toMatchObject({ name: 'InvalidConfig' });
    }
    await transport.close();
  });

  it('follows no redirect', async () => {
    const transport = createTransport();
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect((await get(transport, `http://127.0.0.1:${port}`)).status).toBe(307);
    expect(asked).toHaveLength(1);
    server.close();
    await transport.close();
  });
});

describe('what a function on AWS refuses, whoever wrote it into the parameter', () => {
  it.each([
    ['the keys of its own role', { credentials: { env: 'AWS' } }, /credentials reads environment variables/],
    ['the runtime API', { endpoint: 'http://127.0.0.1:9001' }, /endpoint is on the machine of the function itself/],
    ['the extension', { endpoint: 'http://localhost:2773' }, /endpoint is on the machine/],
    ['a name of loopback', { endpoint: 'https://a.localhost' }, /endpoint is on the machine/],
    ['loopback in IPv6', { endpoint: 'http://[::1]:9001' }, /endpoint is on the machine/],
    ['loopback in IPv4 in IPv6', { endpoint: 'http://[::ffff:127.0.0.1]:9001' }, /endpoint is on the machine/],
  ])('%s', (_, fields, sentence) => {
    const stores = storesWith(fields);
    expect(() => requireDeployable(stores)).toThrow(sentence);
    expect(() => requireDeployable(stores)).toThrow(refusal);
  });

  it('and nothing else', () => {
    const stores = storesWith({ endpoint: 'http://10.0.0.1:9000' });
    expect(requireDeployable(stores)).toBe(stores);
  });
});

describe('names of secrets', () => {
  it.each([
    '../../systemsmanager/parameters/get?name=x',
    'a&versionStage=x',
    'a#b',
    'a b',
    '%2e%2e',
    'a\r\nx: y',
    'ü',
    '/',
  ])('%j stays one parameter of the extension', async (id) => {
    const targets: string[] = [];
    const { secret, parameter } = createExtension(
      async ({ target }) => {
        targets.push(target);
        return { status: 404, headers: {}, body: Buffer.of() };
      },
      'http://localhost:2773',
      'token',
    );
    await expect(secret(id)).rejects.toMatchObject({ name: 'InvalidConfig' });
    await expect(parameter(id)).rejects.toMatchObject({ name: 'InvalidConfig' });
    for (const target of targets)
      expect(target).toMatch(/^\/[a-z/]+\?(?:secretId|name)=[\w.!~*'()%-]+(?:&withDecryption=true)?$/);
    expect(new URL(targets[0] ?? '', 'http://localhost').searchParams.get('secretId')).toBe(id);
  });
});

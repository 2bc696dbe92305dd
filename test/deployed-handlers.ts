import { createServer } from 'node:http';
import { ENV } from '@objectferry/shared/naming.ts';
import { expect, vi } from 'vitest';
import { lambdaContext } from './lambda-context.ts';

/** What Lambda calls a handler with. */
export const LAMBDA_CONTEXT = lambdaContext('handler', 900_000);

/** What the extension beside a deployed handler gives away. */
interface Beside {
  /** The stores file. */
  readonly stores: () => object;
  /** The text of a secret, by its name. */
  readonly secret: (name: string) => string;
  /** Asked at every request: whether it has no time for it. */
  readonly isBusy?: () => boolean;
}

/** What handlers are deployed into. */
export interface Deployment extends AsyncDisposable {
  /** Everything that they log. */
  readonly logged: readonly string[];
  /** The paths that the extension was asked for. */
  readonly asked: readonly string[];
}

/** A deployment that handlers imported from now on see, and everything that they log. */
export async function startDeployment({ stores, secret, isBusy = () => false }: Beside): Promise<Deployment> {
  const asked: string[] = [];
  const extension = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (isBusy()) {
      response.writeHead(503).end('busy');
      return;
    }
    const name = new URL(request.url ?? '', 'http://localhost').searchParams.get('secretId') ?? '';
    const answer = request.url?.startsWith('/secretsmanager/')
      ? { SecretString: secret(name) }
      : { Parameter: { Value: JSON.stringify(stores()) } };
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => extension.listen(0, '127.0.0.1', resolve));
  const address = extension.address();
  if (address === null || typeof address === 'string') return expect.fail('the extension has no port');
  vi.stubEnv('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', String(address.port));
  vi.stubEnv('AWS_SESSION_TOKEN', 'session');
  vi.stubEnv(ENV.storesParameter, '/objectferry/stores');
  // Tests are silent otherwise.
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
  // The handlers read all that when they are loaded.
  vi.resetModules();
  const logged: string[] = [];
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      logged.push(String(chunk));
      return true;
    }),
  );
  return {
    logged,
    asked,
    [Symbol.asyncDispose]: async () => {
      for (const spy of spies) spy.mockRestore();
      vi.unstubAllEnvs();
      extension.closeAllConnections();
      await new Promise((resolve) => extension.close(resolve));
    },
  };
}

/** The handlers as a deployment that has just started loads them. */
export async function importHandlers() {
  const [initiate, copyWhole, copySpan, complete, verifySpan, prove, abort] = await Promise.all([
    import('#functions/initiate.ts'),
    import('#functions/copy-whole.ts'),
    import('#functions/copy-span.ts'),
    import('#functions/complete.ts'),
    import('#functions/verify-span.ts'),
    import('#functions/prove.ts'),
    import('#functions/abort.ts'),
  ]);
  return {
    initiate: initiate.handler,
    copyWhole: copyWhole.handler,
    copySpan: copySpan.handler,
    complete: complete.handler,
    verifySpan: verifySpan.handler,
    prove: prove.handler,
    abort: abort.handler,
  };
}

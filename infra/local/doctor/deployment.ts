import { isDeepStrictEqual } from 'node:util';
import { Health } from '@objectferry/shared/api.ts';
import * as v from 'valibot';
import { openapi } from '#functions/api/openapi.ts';
import { type Authorize, authorizeFor } from '../api-authorize.ts';
import { type ApiEndpoint, type EndpointOptions, readEndpoint } from '../api-endpoint.ts';
import { clockFinding } from './clock.ts';
import { connectionSentence } from './connection.ts';
import type { Finding, Tell } from './finding.ts';

const TIMEOUT_MS = 35_000;
const Described = v.object({ info: v.object({ version: v.string() }) });

/** Where an API is, and who asks. */
export interface DeploymentExam extends Omit<EndpointOptions, 'hasToken'> {
  readonly token: string | undefined;
  readonly now: () => Date;
  readonly tell: Tell;
}

/**
 * Examines the API of a deployment, or of `objectferry serve`.
 *
 * @returns false when it cannot be used.
 * @throws CopyError InvalidRequest when the endpoint cannot be asked that way, InvalidConfig without AWS credentials.
 */
export async function examineDeployment({ token, now, tell, ...options }: DeploymentExam): Promise<boolean> {
  const endpoint = readEndpoint({ ...options, hasToken: token !== undefined && token !== '' });
  const authorize = authorizeFor(endpoint.auth, token ?? '');
  const answer = await ask(endpoint, authorize, '/health');
  if (!(answer instanceof Response)) {
    tell(finding('address', 'fail', connectionSentence(endpoint.url, answer.error)));
    return false;
  }
  tell(clockFinding(SUBJECT, answer.headers.get('date'), now()));
  const health = await healthFinding(endpoint, answer);
  tell(health);
  if (health.verdict === 'fail') return false;
  tell(await versionFinding(await ask(endpoint, authorize, '/openapi.json')));
  return true;
}

const SUBJECT = 'deployment';

function finding(check: Finding['check'], verdict: Finding['verdict'], sentence: string): Finding {
  return { subject: SUBJECT, check, verdict, sentence };
}

async function ask(
  { url }: ApiEndpoint,
  authorize: Authorize,
  path: string,
): Promise<Response | { readonly error: unknown }> {
  const request = await authorize({
    method: 'GET',
    url: `${url}${path}`,
    headers: { accept: 'application/json' },
    body: undefined,
  });
  try {
    // A redirect would carry the credentials to where its answer points.
    return await fetch(request, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    return { error };
  }
}

async function healthFinding({ url, auth }: ApiEndpoint, answer: Response): Promise<Finding> {
  if (answer.status === 401 || answer.status === 403) {
    return finding('credentials', 'fail', `${url} refuses the caller with status ${answer.status}: ${DOOR[auth.kind]}`);
  }
  const body: unknown = await answer.json().catch(() => undefined);
  if (answer.ok && v.is(Health, body)) return finding('health', 'ok', `${url} answers, and lets this caller in.`);
  const sentence = `${url}/health answers with status ${answer.status}, but not as Objectferry does: give the output ApiUrl of cdk deploy; if it is that, the log of the function Api says why.`;
  return finding('health', 'fail', sentence);
}

/** What opens the door, by how one asks. */
const DOOR = {
  iam: 'allow it execute-api:Invoke on the API (aws sts get-caller-identity says who it is), and check the clock.',
  jwt: 'get a new token from the issuer for one of the audiences of the deployment, and set OBJECTFERRY_TOKEN.',
  none: 'the API wants credentials, give --auth iam or --auth jwt.',
} as const;

async function versionFinding(answer: Response | { readonly error: unknown }): Promise<Finding> {
  const document: unknown = answer instanceof Response ? await answer.json().catch(() => undefined) : undefined;
  const [theirs, ours] = [v.safeParse(Described, document), v.parse(Described, openapi)];
  if (!theirs.success) return finding('version', 'fail', 'GET /openapi.json describes no API: deploy again.');
  const { version } = theirs.output.info;
  if (version !== ours.info.version) {
    const sentence = `The deployment is version ${version}, this is ${ours.info.version}: deploy again, or use the command line of that version.`;
    return finding('version', 'warn', sentence);
  }
  return isDeepStrictEqual(document, openapi)
    ? finding('version', 'ok', `Both are version ${version}.`)
    : finding('version', 'warn', `Both say version ${version}, but describe different APIs: deploy again.`);
}

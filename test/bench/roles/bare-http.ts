import { Agent, type OutgoingHttpHeaders, request } from 'node:http';
import * as v from 'valibot';
import { measured } from '../measure.ts';
import { type Answer, CopyTask, type Cost } from '../messages.ts';
import { warm } from '../warm.ts';

const MIB = 2 ** 20;
const SIGNED =
  'host;x-amz-content-sha256;x-amz-copy-source;x-amz-copy-source-if-match;x-amz-copy-source-range;x-amz-date';

const agentOf = warm(({ inFlight }) => new Agent({ keepAlive: true, maxSockets: inFlight, maxFreeSockets: inFlight }));

/** The floor: requests of the same shape over `node:http`, neither signed nor checked, their answers read and dropped. */
export const answer: Answer = async (message): Promise<Cost> => {
  const task = v.parse(CopyTask, message);
  const agent = agentOf(task);
  let claimed = 0;
  const work = async (): Promise<void> => {
    while (claimed < task.parts) {
      claimed += 1;
      await copyPart(agent, task, claimed);
    }
  };
  const { cost } = await measured(() => Promise.all(Array.from({ length: task.inFlight }, work)));
  return cost;
};

function copyPart(agent: Agent, { port, key, partSizeMiB }: CopyTask, partNumber: number): Promise<void> {
  const offset = (partNumber - 1) * partSizeMiB * MIB;
  const headers: OutgoingHttpHeaders = {
    'x-amz-copy-source': '/raw/key',
    'x-amz-copy-source-range': `bytes=${offset}-${offset + partSizeMiB * MIB - 1}`,
    'x-amz-copy-source-if-match': '"SOURCE"',
    'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    'x-amz-date': '20240305T060708Z',
    authorization: `AWS4-HMAC-SHA256 Credential=nobody/20240305/us-east-1/s3/aws4_request,SignedHeaders=${SIGNED},Signature=${'0'.repeat(64)}`,
    'content-length': 0,
  };
  const path = `/archive/${key}?partNumber=${partNumber}&uploadId=${key}`;
  return new Promise((resolve, reject) => {
    request({ agent, host: '127.0.0.1', port, method: 'PUT', path, headers }, (response) => {
      response.resume();
      response.once('error', reject);
      response.once('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`The store answered ${response.statusCode}.`));
      });
    })
      .once('error', reject)
      .end();
  });
}

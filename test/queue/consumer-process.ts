import { SQSClient } from '@aws-sdk/client-sqs';
import { handler } from '#functions/intake.ts';
import { poll } from './event-source.ts';

/**
 * Lambda's event source mapping with the deployed handler, in a process of its own until it is killed:
 * `node consumer-process.ts QUEUE_URL REGION`, the handler's settings in the environment. Every batch is one line.
 */
const [queueUrl = '', region = ''] = process.argv.slice(2);
const client = new SQSClient({ region, credentials: { accessKeyId: 'key', secretAccessKey: 'secret' } });
process.stdout.write('ready\n');
for (;;) {
  const { received, failed } = await poll({ client, queueUrl, region, handler }, 1);
  process.stdout.write(`${JSON.stringify({ received, failed })}\n`);
}

import { SQSClient } from '@aws-sdk/client-sqs';
import { type Certificate, pinnedCertificates } from '@objectferry/shared/events/push/certificate.ts';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { createSqsQueue } from './queue.ts';
import { type GatewayRequest, pushRequestOf } from './receive/gateway-request.ts';
import { createReceiver, type Receiver } from './receive/receiver.ts';
import { lambdaRules } from './rules.ts';
import { extension, lambdaTransport, logger, optionalSetting, readSecret, setting } from './runtime.ts';
import { systemClock } from './system.ts';

let receiver: Receiver | undefined;

/** `POST /events/{provider}` behind API Gateway. */
export async function handler(event: GatewayRequest, context: Context): Promise<APIGatewayProxyStructuredResultV2> {
  logger.addContext(context);
  receiver ??= open();
  const { status, headers, body } = await receiver(pushRequestOf(event));
  return { statusCode: status, headers: { ...headers }, body };
}

function open(): Receiver {
  // Three tries fit into the time that a sender waits.
  const client = new SQSClient({ maxAttempts: 3, requestHandler: { connectionTimeout: 500, requestTimeout: 1_000 } });
  return createReceiver({
    rules: lambdaRules,
    pinned: readPinned,
    secret: readSecret,
    transport: lambdaTransport,
    clock: systemClock,
    queue: createSqsQueue(client, setting('queueUrl')),
    log: logger,
  });
}

async function readPinned(): Promise<readonly Certificate[]> {
  const parameter = optionalSetting('pinnedCertificatesParameter');
  return parameter === undefined ? [] : pinnedCertificates(await extension.parameter(parameter));
}

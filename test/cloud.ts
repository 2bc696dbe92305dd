import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { StatusChange } from './emulators/aws/status-change.ts';
import {
  demoAwsAccount,
  type StepFunctionsEmulator,
  type StepFunctionsOptions,
  startStepFunctionsEmulator,
} from './emulators/aws/step-functions.ts';
import { seededBytes, startWorld, type World, type WorldOptions } from './world.ts';

const MIB = 1024 * 1024;
const PARTS = 12;

/** A world, and a Step Functions that copies in it: the source has 12 MiB. */
export interface Cloud extends AsyncDisposable {
  readonly world: World;
  readonly emulator: StepFunctionsEmulator;
  readonly sfn: SFNClient;
  /** What EventBridge was told. */
  readonly changes: StatusChange[];
  /** Starts an execution; its ARN. */
  readonly start: (name: string, options?: object, destination?: string) => Promise<string>;
}

/** Starts both. */
export async function startCloud(
  worldOptions: WorldOptions = {},
  options: Partial<StepFunctionsOptions> = {},
): Promise<Cloud> {
  const world = await startWorld(worldOptions);
  world.oss.model.putObject('raw', 'key', seededBytes(PARTS * MIB));
  const changes: StatusChange[] = [];
  const emulator = await startStepFunctionsEmulator({
    runtime: world.runtime,
    retryIntervalMs: 1,
    onStatusChange: (change) => changes.push(change),
    ...options,
  });
  const sfn = clientOf(emulator, demoAwsAccount.secretAccessKey);
  const start: Cloud['start'] = async (name, more = {}, destination = 'oss://archive/copy') => {
    const input = JSON.stringify({
      source: 'oss://raw/key',
      destination,
      options: { partSizeMiB: 1, maxInFlight: 2, ...more },
    });
    const command = new StartExecutionCommand({ stateMachineArn: emulator.machineArn, name, input });
    return (await sfn.send(command)).executionArn ?? '';
  };
  return {
    world,
    emulator,
    sfn,
    changes,
    start,
    [Symbol.asyncDispose]: async () => {
      sfn.destroy();
      await emulator.close();
      await world[Symbol.asyncDispose]();
    },
  };
}

/** A client with the demo account's key and this secret. */
export function clientOf({ endpoint, region }: StepFunctionsEmulator, secretAccessKey: string): SFNClient {
  const credentials = { accessKeyId: demoAwsAccount.accessKeyId, secretAccessKey };
  return new SFNClient({ endpoint, region, credentials, maxAttempts: 1 });
}

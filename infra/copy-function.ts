import { join } from 'node:path';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  LoggingFormat,
  ParamsAndSecretsLayerVersion,
  ParamsAndSecretsLogLevel,
  ParamsAndSecretsVersions,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { HANDLER_BUNDLING } from './bundling.ts';

/** What differs between the functions. */
export interface CopyFunctionProps {
  /** Path of the file that exports `handler`. */
  readonly entry: string;
  readonly description: string;
  readonly memoryMiB: number;
  readonly timeout: Duration;
  readonly logRetention: RetentionDays;
  /** Places at Lambda that this function has for itself, and never more than these; as many as there are by default. */
  readonly reservedConcurrency?: number | undefined;
}

/**
 * A handler makes much garbage and keeps little. In a young generation of 12 MiB a request dies where it was made, and
 * 10,000 parts take no more memory than 1,000 (docs/benchmarks.md); with 8 it grows old, and V8's own 16 are more than
 * that needs.
 */
export const HANDLER_NODE_OPTIONS = '--max-semi-space-size=12';

const PROJECT_FOLDER = join(import.meta.dirname, '..');

/** One Lambda function with the defaults of this house. */
export class CopyFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, props: CopyFunctionProps) {
    const { entry, description, memoryMiB, timeout, logRetention, reservedConcurrency } = props;
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // An own role instead of the managed policy: it may write to this log group, not to every one of the account.
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    super(scope, id, {
      entry,
      description,
      timeout,
      memorySize: memoryMiB,
      ...(reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: reservedConcurrency }),
      runtime: Runtime.NODEJS_24_X,
      // A fifth cheaper than x86 for the same memory, and nothing native is in the bundle.
      architecture: Architecture.ARM_64,
      role,
      logGroup,
      environment: { NODE_OPTIONS: HANDLER_NODE_OPTIONS },
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      paramsAndSecrets: parametersAndSecrets(),
      // Only its folder matters, as the root of the project: everything is bundled, nothing is installed.
      depsLockFilePath: join(PROJECT_FOLDER, 'package.json'),
      bundling: HANDLER_BUNDLING,
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      reason: 'Sending traces to X-Ray has no resource to name.',
    });
  }
}

/**
 * The extension of AWS that reads parameters and secrets over loopback (port 2773) and caches them, so that no
 * AWS client has to be loaded at a cold start (70 ms each).
 */
function parametersAndSecrets(): ParamsAndSecretsLayerVersion {
  return ParamsAndSecretsLayerVersion.fromVersion(ParamsAndSecretsVersions.V1_0_103, {
    // The handler keeps secrets itself and reads one anew when a provider refuses it: a second cache would hide a
    // rotation. Parameters, which only a deployment changes, are kept for five minutes.
    secretsManagerTtl: Duration.seconds(0),
    // Its own lines are worth reading only when it fails.
    logLevel: ParamsAndSecretsLogLevel.WARN,
  });
}

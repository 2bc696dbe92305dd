import { ENV } from '@objectferry/shared/naming.ts';
import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { ParameterTier, StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { StoresFile } from './stores-file.ts';

/** Secrets that a request may name as `keySecret` stand under this prefix, so that it can name no others. */
const KEY_SECRET_PREFIX = 'objectferry/';

// Parameters above 4 KiB need the advanced tier, which costs 5 cents a month.
const STANDARD_TIER_BYTES = 4096;

/** The stores file as a parameter, and the right to read it with the secrets it names. */
export class StoreAccess extends Construct {
  readonly #parameter: StringParameter;
  /** Names of secrets as permissions write them, with patterns, or whole ARNs. */
  readonly #secrets: readonly string[];

  constructor(scope: Construct, id: string, { json, secretIds }: StoresFile) {
    super(scope, id);
    this.#parameter = new StringParameter(this, 'Stores', {
      description:
        'The places that copies may read and write, as JSON, without secrets. Made from stores.yaml beside cdk.json or from -c storesFile=PATH; stores.example.yaml documents every field.',
      stringValue: json,
      tier: Buffer.byteLength(json) > STANDARD_TIER_BYTES ? ParameterTier.ADVANCED : ParameterTier.STANDARD,
    });
    // Secrets Manager appends `-` and six random characters to the name of a secret.
    const patterns = secretIds.map((secretId) => (isArn(secretId) ? secretId : `${secretId}-??????`));
    this.#secrets = [...patterns, `${KEY_SECRET_PREFIX}*`];
  }

  /** Lets a function read the stores file and the secrets, and tells it where the file is. */
  grantTo(handler: LambdaFunction): void {
    handler.addEnvironment(ENV.storesParameter, this.#parameter.parameterName);
    // Reading by `grantRead` would add the parameter's history and description.
    handler.addToRolePolicy(
      new PolicyStatement({ actions: ['ssm:GetParameter'], resources: [this.#parameter.parameterArn] }),
    );
    // A secret under a customer-managed KMS key also needs kms:Decrypt on that key: grant it in the key's policy.
    handler.addToRolePolicy(
      new PolicyStatement({
        actions: ['secretsmanager:GetSecretValue'],
        resources: this.#secrets.map((secret) => this.#arn(secret)),
      }),
    );
    Validations.of(handler.role ?? handler).acknowledge(
      ...this.#secrets.map((secret) => ({
        id: `AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:${secret}]`,
        reason: 'The end of a secret’s ARN is random; the prefix is where the keys that a request may name stand.',
      })),
    );
  }

  #arn(secret: string): string {
    if (isArn(secret)) return secret;
    return Stack.of(this).formatArn({
      service: 'secretsmanager',
      resource: 'secret',
      resourceName: secret,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
}

function isArn(secret: string): boolean {
  return secret.startsWith('arn:');
}

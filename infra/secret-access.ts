import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';

/**
 * Lets a function read secrets. One under a customer-managed KMS key also needs kms:Decrypt on that key: grant it in
 * the key's policy.
 *
 * @param secrets Names or ARNs; a name that ends in `*` stands for all that begin so.
 */
export function grantSecrets(handler: LambdaFunction, secrets: readonly string[]): void {
  if (secrets.length === 0) return;
  const stack = Stack.of(handler);
  const patterns = secrets.map(asPattern);
  handler.addToRolePolicy(
    new PolicyStatement({
      actions: ['secretsmanager:GetSecretValue'],
      resources: patterns.map((pattern) => arnOf(stack, pattern)),
    }),
  );
  Validations.of(handler.role ?? handler).acknowledge(
    ...patterns.filter(isName).map((pattern) => ({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:${pattern}]`,
      reason: 'The end of a secret’s ARN is random; the prefix is where the keys that a request may name stand.',
    })),
  );
}

/** Secrets Manager appends `-` and six random characters to the name of a secret. */
function asPattern(secret: string): string {
  return isName(secret) && !secret.endsWith('*') ? `${secret}-??????` : secret;
}

function isName(secret: string): boolean {
  return !secret.startsWith('arn:');
}

function arnOf(stack: Stack, pattern: string): string {
  if (!isName(pattern)) return pattern;
  return stack.formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: pattern,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

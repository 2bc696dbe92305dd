import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { ParameterTier, StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';

// Parameters above 4 KiB need the advanced tier, which costs 5 cents a month.
const STANDARD_TIER_BYTES = 4096;

/** A file of a deployment as a parameter. */
export class ParameterFile extends StringParameter {
  constructor(scope: Construct, id: string, { text, description }: { text: string; description: string }) {
    const tier = Buffer.byteLength(text) > STANDARD_TIER_BYTES ? ParameterTier.ADVANCED : ParameterTier.STANDARD;
    super(scope, id, { description, stringValue: text, tier });
  }

  /** Lets a function read the file, and tells it by a variable where the file is. */
  grantTo(handler: LambdaFunction, variable: string): void {
    handler.addEnvironment(variable, this.parameterName);
    // Reading by `grantRead` would add the parameter's history and description.
    handler.addToRolePolicy(new PolicyStatement({ actions: ['ssm:GetParameter'], resources: [this.parameterArn] }));
  }
}

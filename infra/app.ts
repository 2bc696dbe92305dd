import { App, type AppProps } from 'aws-cdk-lib';

// Here instead of in cdk.json, so that the same stack comes out with and without the CDK command.
const FEATURES = {
  // One statement per permission instead of one per grant: shorter to read, and to review.
  '@aws-cdk/aws-iam:minimizePolicies': true,
};

/** An application with the settings of this house. */
export function createApp(props: AppProps = {}): App {
  return new App({ analyticsReporting: false, ...props, context: { ...FEATURES, ...props.context } });
}

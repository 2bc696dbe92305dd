import { App, type AppProps } from 'aws-cdk-lib';
import { type DeploymentConfig, readConfig } from './config.ts';
import { CopyStack } from './copy-stack.ts';

// Here instead of in cdk.json, so that the same stack comes out with and without the CDK command.
const FEATURES = {
  // One statement per permission instead of one per grant: shorter to read, and to review.
  '@aws-cdk/aws-iam:minimizePolicies': true,
};

/**
 * The application with its one stack.
 *
 * @param config Read from the application's context when absent.
 * @throws CopyError InvalidConfig with one sentence.
 */
export function createCopyApp(props: AppProps = {}, config?: DeploymentConfig): { app: App; stack: CopyStack } {
  const app = new App({ analyticsReporting: false, ...props, context: { ...FEATURES, ...props.context } });
  return { app, stack: new CopyStack(app, 'Objectferry', config ?? readConfig(app.node.getAllContext())) };
}

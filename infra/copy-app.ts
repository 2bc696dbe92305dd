import type { App, AppProps } from 'aws-cdk-lib';
import { createApp } from './app.ts';
import { type DeploymentConfig, NO_CONFIG, readConfig } from './config.ts';
import { CopyStack } from './copy-stack.ts';

/**
 * The application with its one stack.
 *
 * @param config Read from the application's context when absent; what it does not say is chosen as for a fresh clone.
 * @throws CopyError InvalidConfig with one sentence.
 */
export function createCopyApp(
  props: AppProps = {},
  config?: Partial<DeploymentConfig>,
): { app: App; stack: CopyStack } {
  const app = createApp(props);
  const chosen = config === undefined ? readConfig(app.node.getAllContext()) : { ...NO_CONFIG, ...config };
  return { app, stack: new CopyStack(app, 'Objectferry', chosen) };
}

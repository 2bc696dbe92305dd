import { CopyError } from '@objectferry/shared/errors.ts';
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { createCopyApp } from './copy-app.ts';

try {
  const { app } = createCopyApp();
  // Rules that are not followed stop the synthesis; exceptions are acknowledged where they are made, with a reason.
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
} catch (error) {
  if (!(error instanceof CopyError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { CopyFunction } from './copy-function.ts';
import { grantExecutions } from './execution-access.ts';
import { createService, type ServiceProps } from './service-functions.ts';
import type { StoreAccess } from './store-access.ts';

/** What the API's function needs from the rest of the stack. */
export interface ApiFunctionProps extends ServiceProps {
  readonly machine: IStateMachine;
  readonly access: StoreAccess;
}

/** The function that answers for copies: it starts, resumes and stops executions, and lists the parts of running ones. */
export function createApiFunction(scope: Construct, props: ApiFunctionProps): CopyFunction {
  const handler = createService(scope, 'Api', props);
  props.access.grantTo(handler);
  grantExecutions(handler, props.machine, {
    machine: ['StartExecution', 'ListExecutions'],
    executions: ['DescribeExecution', 'GetExecutionHistory', 'RedriveExecution', 'StopExecution'],
  });
  return handler;
}

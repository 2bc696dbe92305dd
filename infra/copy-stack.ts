import type { TaskName } from '@objectferry/shared/naming.ts';
import { Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { createApiFunction } from './api-function.ts';
import type { DeploymentConfig } from './config.ts';
import { CopyApi } from './copy-api.ts';
import { CopyCleanUp } from './copy-cleanup.ts';
import { CopyEvents } from './copy-events.ts';
import { createCopyFunctions } from './copy-functions.ts';
import { CopyMachine } from './copy-machine.ts';
import { Dashboard } from './dashboard.ts';
import { addOutputs } from './outputs.ts';
import { SavedQueries } from './saved-queries.ts';
import { DEFAULT_API } from './settings.ts';
import { StoreAccess } from './store-access.ts';

/** Everything Objectferry has on AWS. */
export class CopyStack extends Stack {
  /** Exposed so that the local engine can tell which function a state invokes. */
  readonly functions: Readonly<Record<TaskName, IFunction>>;
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { stores, events: file, settings }: DeploymentConfig) {
    super(scope, id, { description: 'Objectferry: server-side copies between buckets of an object store' });
    const { logRetentionDays: logRetention, reserveConcurrency, maxRunningCopies, queueKeyArn } = settings;
    const access = new StoreAccess(this, 'StoreAccess', stores);
    const tasks = createCopyFunctions(this, { access, logRetention });
    const copy = new CopyMachine(this, 'Copy', { functions: tasks, logRetention });
    this.functions = tasks;
    this.machine = copy.machine;

    const shared = { machine: this.machine, access, logRetention, reserveConcurrency };
    const { unknownOlderThanHours } = settings.sweep;
    const cleanUp = new CopyCleanUp(this, 'Cleaning', { ...shared, unknownOlderThanHours });
    const events =
      file === undefined
        ? undefined
        : new CopyEvents(this, 'Incoming', { ...shared, file, maxRunningCopies, queueKeyArn });
    const copies = settings.api === false ? undefined : createApiFunction(this, shared);
    const api = this.#createApi(settings, { copies, receive: events?.receive });

    const services = [cleanUp.cleanUp, cleanUp.sweep, events?.intake, events?.receive, copies].flatMap(
      (handler) => handler ?? [],
    );
    const functions = [...Object.values(tasks), ...services];
    const watched = { machine: this.machine, functions, cleanUp, events, api };
    new Alarms(this, 'Alarms', { ...watched, tasks: Object.values(tasks), services, settings: settings.alarms });
    new SavedQueries(this, 'Queries', {
      functions: functions.map(({ logGroup }) => logGroup),
      machine: copy.logGroup,
    });
    const dashboard = new Dashboard(this, 'Dashboard', watched);
    addOutputs(this, {
      machine: this.machine,
      dashboard,
      events,
      api: copies === undefined ? undefined : api,
      pushes: events?.receive === undefined ? undefined : api,
    });
  }

  /** None where nobody is to call: neither people nor other clouds. */
  #createApi(
    { api: settings, logRetentionDays }: DeploymentConfig['settings'],
    handlers: { readonly copies?: IFunction | undefined; readonly receive?: IFunction | undefined },
  ): CopyApi | undefined {
    if (handlers.copies === undefined && handlers.receive === undefined) return undefined;
    return new CopyApi(this, 'HttpApi', {
      ...handlers,
      // Events are taken with or without an API for people.
      settings: settings === false ? DEFAULT_API : settings,
      logRetention: logRetentionDays,
    });
  }
}

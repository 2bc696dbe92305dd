import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { Refusal } from '../refusal.ts';
import { Execution, type ExecutionOptions } from './execution.ts';
import { withoutData } from './execution-history.ts';
import type { JsonCall } from './json-protocol.ts';

const mostInputBytes = 256 * 1024;
const mostRedrives = 1000;
const redriveDays = 14;
const nameProblem = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u;

const MaxResults = v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000)), 0);
const Token = v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(1024)));
const Arn = v.object({ executionArn: v.string() });
const Start = v.object({
  stateMachineArn: v.string(),
  name: v.optional(v.string()),
  input: v.optional(v.string(), '{}'),
});
const List = v.object({
  stateMachineArn: v.string(),
  statusFilter: v.optional(v.picklist(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'])),
  maxResults: MaxResults,
  nextToken: Token,
});
const Stop = v.object({ ...Arn.entries, error: v.optional(v.string()), cause: v.optional(v.string()) });
const Page = v.object({
  ...Arn.entries,
  maxResults: MaxResults,
  reverseOrder: v.optional(v.boolean(), false),
  includeExecutionData: v.optional(v.boolean(), true),
  nextToken: Token,
});

/** What the service does, one method per operation; refusals have the service's own names. */
export class StepFunctions {
  readonly #machineArn: string;
  readonly #options: ExecutionOptions;
  /** By name, in the order of their start. */
  readonly #executions = new Map<string, Execution>();

  constructor(machineArn: string, options: ExecutionOptions) {
    this.#machineArn = machineArn;
    this.#options = options;
  }

  /** An execution that a test controls. */
  named(name: string): Execution {
    const execution = this.#executions.get(name);
    if (execution === undefined) throw new RangeError(`There is no execution ${name}.`);
    return execution;
  }

  perform({ operation, input }: JsonCall): object {
    switch (operation) {
      case 'StartExecution':
        return this.#start(read(Start, input));
      case 'DescribeExecution':
        return this.#describe(this.#find(read(Arn, input).executionArn));
      case 'ListExecutions':
        return this.#list(read(List, input));
      case 'StopExecution':
        return this.#stop(read(Stop, input));
      case 'GetExecutionHistory':
        return this.#history(read(Page, input));
      case 'RedriveExecution':
        return this.#redrive(this.#find(read(Arn, input).executionArn));
      default:
        throw new Refusal(400, 'UnknownOperationException', '');
    }
  }

  #start({ stateMachineArn, name = randomUUID(), input }: v.InferOutput<typeof Start>): object {
    this.#requireMachine(stateMachineArn);
    if (name === '' || name.length > 80 || nameProblem.test(name))
      throw refusal('InvalidName', `Invalid Name: '${name}'`);
    requireJson(input);
    const arn = `${this.#machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    const known = this.#executions.get(name);
    if (known !== undefined) {
      // The same input is the same execution only as long as it runs.
      if (known.status === 'RUNNING' && known.input === input) return started(known);
      throw refusal('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    const execution = new Execution(name, arn, input, this.#options);
    this.#executions.set(name, execution);
    return started(execution);
  }

  #describe(execution: Execution): object {
    const { name, arn, status, startDate, stopDate, input, output, error, cause } = execution;
    const problem = this.#redriveProblem(execution);
    return {
      executionArn: arn,
      stateMachineArn: this.#machineArn,
      name,
      status,
      startDate: seconds(startDate),
      ...(stopDate === undefined ? {} : { stopDate: seconds(stopDate) }),
      input,
      inputDetails: { included: true },
      ...(output === undefined ? {} : { output, outputDetails: { included: true } }),
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
      redriveCount: execution.redriveCount,
      ...(execution.redriveDate === undefined ? {} : { redriveDate: seconds(execution.redriveDate) }),
      redriveStatus: problem === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
      ...(problem === undefined ? {} : { redriveStatusReason: problem }),
    };
  }

  #list({ stateMachineArn, statusFilter, maxResults, nextToken }: v.InferOutput<typeof List>): object {
    this.#requireMachine(stateMachineArn);
    const all = [...this.#executions.values()];
    const before = nextToken === undefined ? all.length : readToken(nextToken, 'list');
    const found = all
      .map((execution, place) => ({ execution, place }))
      .filter(({ execution, place }) => place < before && (statusFilter ?? execution.status) === execution.status)
      .reverse();
    const page = found.slice(0, maxResults || 100);
    const last = page.at(-1);
    return {
      executions: page.map(({ execution: { name, arn, status, startDate, stopDate, redriveCount } }) => ({
        executionArn: arn,
        stateMachineArn: this.#machineArn,
        name,
        status,
        startDate: seconds(startDate),
        ...(stopDate === undefined ? {} : { stopDate: seconds(stopDate) }),
        redriveCount,
      })),
      ...(last === undefined || found.length === page.length ? {} : { nextToken: makeToken('list', last.place) }),
    };
  }

  #stop({ executionArn, error, cause }: v.InferOutput<typeof Stop>): object {
    const execution = this.#find(executionArn);
    if (execution.status === 'RUNNING') execution.end('ABORTED', error, cause);
    return { stopDate: seconds(execution.stopDate ?? this.#options.now()) };
  }

  #history({ executionArn, maxResults, reverseOrder, includeExecutionData, nextToken }: v.InferOutput<typeof Page>) {
    const { events } = this.#find(executionArn).history;
    const kind = `history ${executionArn} ${reverseOrder}`;
    // The token holds the last id that was given: events that come later do not move the page.
    const after = nextToken === undefined ? undefined : readToken(nextToken, kind);
    const ordered = reverseOrder ? events.toReversed() : events;
    const rest = ordered.filter(({ id }) => after === undefined || (reverseOrder ? id < after : id > after));
    const page = rest.slice(0, maxResults || 100);
    const last = page.at(-1);
    return {
      events: includeExecutionData ? page : page.map(withoutData),
      ...(last === undefined || rest.length === page.length ? {} : { nextToken: makeToken(kind, last.id) }),
    };
  }

  #redrive(execution: Execution): object {
    const problem = this.#redriveProblem(execution);
    if (problem !== undefined) throw refusal('ExecutionNotRedrivable', problem);
    execution.redrive();
    return { redriveDate: seconds(execution.redriveDate ?? this.#options.now()) };
  }

  /** https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html */
  #redriveProblem({ status, redriveCount, startDate, history }: Execution): string | undefined {
    if (status === 'RUNNING' || status === 'SUCCEEDED') return `Execution is ${status} and cannot be redriven`;
    if (redriveCount >= mostRedrives) return `Execution has exceeded the max number of redrives ${mostRedrives}`;
    if (history.events.length >= this.#options.historyLimit - 1) {
      return 'Execution history event limit exceeded';
    }
    const age = this.#options.now().getTime() - startDate.getTime();
    return age > redriveDays * 86_400_000
      ? `Execution is past the redrivable period of ${redriveDays} days`
      : undefined;
  }

  #find(arn: string): Execution {
    if (!/^arn:[^:]+:states:[^:]*:[^:]*:execution:[^:]+:[^:]+$/.test(arn)) {
      throw refusal('InvalidArn', `Invalid Arn: 'Resource type not valid in this context: ${arn}'`);
    }
    const execution = this.#executions.get(arn.split(':').at(-1) ?? '');
    if (execution?.arn !== arn) throw refusal('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return execution;
  }

  #requireMachine(arn: string): void {
    if (!arn.startsWith('arn:')) throw refusal('InvalidArn', `Invalid Arn: '${arn}'`);
    if (arn !== this.#machineArn) throw refusal('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }
}

function read<Schema extends v.GenericSchema>(schema: Schema, input: JsonCall['input']): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const place = issue?.path?.map(({ key }) => String(key)).join('.');
  throw refusal('ValidationException', `1 validation error detected: Value at '${place}' failed: ${issue?.message}`);
}

function refusal(code: string, message: string): Refusal {
  return new Refusal(400, code, message);
}

function requireJson(input: string): void {
  const valid = Buffer.byteLength(input) <= mostInputBytes && isJson(input);
  if (!valid) throw refusal('InvalidExecutionInput', `Invalid State Machine Execution Input: '${input.slice(0, 100)}'`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function started({ arn, startDate }: Execution): object {
  return { executionArn: arn, startDate: seconds(startDate) };
}

function seconds(date: Date): number {
  return date.getTime() / 1000;
}

function makeToken(kind: string, place: number): string {
  return Buffer.from(JSON.stringify([kind, place])).toString('base64url');
}

function readToken(token: string, kind: string): number {
  const invalid = refusal('InvalidToken', `Invalid Token: '${token}'`);
  let fields: unknown;
  try {
    fields = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    throw invalid;
  }
  const parsed = v.safeParse(v.tuple([v.literal(kind), v.number()]), fields);
  if (!parsed.success) throw invalid;
  return parsed.output[1];
}

/** Who may do what: the expectation of the template tests, and the source of docs/permissions.md. */

/** One line of a role. */
export interface Permission {
  readonly actions: readonly string[];
  /** As {@link readableResources} writes them. */
  readonly resources: readonly string[];
  readonly why: string;
}

/** One role, by the name of what takes it on. */
export interface RoleRow {
  readonly who: string;
  readonly service: 'lambda.amazonaws.com' | 'states.amazonaws.com';
  /** Only deployed with this setting or file; always by default. */
  readonly when?: string;
  readonly permissions: readonly Permission[];
}

const EXECUTIONS = 'arn:…:states:…:…:execution:CopyObject:*';
const SECRET = (name: string) => `arn:…:secretsmanager:…:…:secret:${name}`;
const SECRETS_OF_STORES = [
  SECRET('aliyun-??????'),
  'arn:aws:secretsmanager:eu-west-1:123456789012:secret:obs-AbCdEf',
  SECRET('objectferry/keys/*'),
];

const xray: Permission = {
  actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
  resources: ['*'],
  why: 'Traces have no resource to name.',
};
const log = (name: string): Permission => ({
  actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  resources: [`log group ${name}Log`],
  why: 'Its own log, and no other.',
});
const storesFile: Permission = {
  actions: ['ssm:GetParameter'],
  resources: ['parameter StoreAccessStores'],
  why: 'The stores file.',
};
const rulesFile: Permission = {
  actions: ['ssm:GetParameter'],
  resources: ['parameter IncomingRules'],
  why: 'The file of rules.',
};
const secretsOfStores: Permission = {
  actions: ['secretsmanager:GetSecretValue'],
  resources: SECRETS_OF_STORES,
  why: 'It signs requests: the secrets that the stores file names, and the keys that a request may name.',
};
const sendTo = (queue: string, why: string): Permission => ({
  actions: ['sqs:SendMessage'],
  resources: [`queue ${queue}`],
  why,
});
const machine = (actions: readonly string[], why: string): Permission => ({
  actions: actions.map((action) => `states:${action}`),
  resources: ['machine CopyMachine'],
  why,
});
const executions = (actions: readonly string[], why: string): Permission => ({
  actions: actions.map((action) => `states:${action}`),
  resources: [EXECUTIONS],
  why,
});

function signer(
  name: string,
  who: string,
  more: readonly Permission[] = [],
  when?: string,
): readonly [string, RoleRow] {
  const permissions = [log(name), xray, storesFile, secretsOfStores, ...more];
  return [
    `${name}Role`,
    { who, service: 'lambda.amazonaws.com', permissions, ...(when === undefined ? {} : { when }) },
  ];
}

/** Every role of a deployment with everything in it, by the beginning of its logical id. */
export const ROLES: Readonly<Record<string, RoleRow>> = Object.fromEntries<RoleRow>([
  signer('Initiate', 'the function Initiate'),
  signer('CopyWhole', 'the function CopyWhole'),
  signer('CopySpan', 'the function CopySpan'),
  signer('Complete', 'the function Complete'),
  signer('VerifySpan', 'the function VerifySpan'),
  [
    'ProveRole',
    {
      who: 'the function Prove',
      service: 'lambda.amazonaws.com',
      permissions: [log('Prove'), xray, storesFile],
    },
  ],
  signer('Abort', 'the function Abort'),
  [
    'CopyMachineRole',
    {
      who: 'the state machine CopyObject',
      service: 'states.amazonaws.com',
      permissions: [
        {
          actions: ['lambda:InvokeFunction'],
          resources: ['Abort', 'Complete', 'CopySpan', 'CopyWhole', 'Initiate', 'Prove', 'VerifySpan'].flatMap(
            (name) => [`function ${name}`, `function ${name}:*`],
          ),
          why: 'Its tasks.',
        },
        {
          actions: [
            'logs:CreateLogDelivery',
            'logs:DeleteLogDelivery',
            'logs:DescribeLogGroups',
            'logs:DescribeResourcePolicies',
            'logs:GetLogDelivery',
            'logs:ListLogDeliveries',
            'logs:PutResourcePolicy',
            'logs:UpdateLogDelivery',
          ],
          resources: ['*'],
          why: 'The delivery of its log, which has no resource to name.',
        },
        {
          actions: [
            'xray:GetSamplingRules',
            'xray:GetSamplingTargets',
            'xray:PutTelemetryRecords',
            'xray:PutTraceSegments',
          ],
          resources: ['*'],
          why: 'Traces have no resource to name.',
        },
      ],
    },
  ],
  signer(
    'Api',
    'the function Api',
    [
      machine(['ListExecutions', 'StartExecution'], '`POST /copies`, `GET /copies`.'),
      executions(
        ['DescribeExecution', 'GetExecutionHistory', 'RedriveExecution', 'StopExecution'],
        '`GET`, `DELETE /copies/{id}`, `POST /copies/{id}/resume`.',
      ),
    ],
    'unless `api: false`',
  ),
  [
    'ReceiveRole',
    {
      who: 'the function Receive',
      service: 'lambda.amazonaws.com',
      when: 'with a rule that takes pushes',
      permissions: [
        log('Receive'),
        xray,
        storesFile,
        rulesFile,
        {
          actions: ['secretsmanager:GetSecretValue'],
          resources: [SECRET('objectferry/push-??????')],
          why: 'Tokens and HMAC keys of rules; no store’s credentials.',
        },
        {
          actions: ['ssm:GetParameter'],
          resources: ['parameter IncomingPinnedCertificates'],
          why: 'Pinned certificates, with `pinnedCertificatesFile`.',
        },
        sendTo('IncomingQueuesEvents', 'What it believed.'),
      ],
    },
  ],
  signer(
    'Intake',
    'the function Intake',
    [
      rulesFile,
      machine(['ListExecutions', 'StartExecution'], 'Starts copies, and counts those that run.'),
      executions(['DescribeExecution'], 'Tells a duplicate from another copy of the same name.'),
      {
        actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
        resources: ['queue IncomingQueuesEvents'],
        why: 'The event source takes from the queue in its name.',
      },
      sendTo('IncomingQueuesEvents', 'Sends back what has to wait.'),
      sendTo('IncomingQueuesDeadLetters', 'Puts aside, with the reason, what no try can help.'),
    ],
    'with a file of rules',
  ),
  signer('CleanUp', 'the function CleanUp', [
    executions(['DescribeExecution', 'GetExecutionHistory'], 'Reads the upload of an execution that has ended.'),
    sendTo('CleaningFailures', 'Lambda reports in its name what failed in spite of every try.'),
  ]),
  signer('Sweep', 'the function Sweep', [
    machine(['ListExecutions'], 'Those that ended without a receipt, and those that may have left an empty upload.'),
    executions(['DescribeExecution', 'GetExecutionHistory'], 'The same for each of them.'),
  ]),
]);

/** One statement that lets somebody outside the stack in. */
export interface Admission {
  readonly to: string;
  readonly who: string;
  readonly may: string;
  readonly only: string;
}

/** Everybody who may send or call from outside, by the policies of the resources themselves. */
export const ADMISSIONS: readonly Admission[] = [
  {
    to: 'queue CleaningFailures',
    who: 'events.amazonaws.com',
    may: 'sqs:SendMessage',
    only: 'ArnEquals aws:SourceArn rule CleaningEnded',
  },
  {
    to: 'queue IncomingQueuesDeadLetters',
    who: 'events.amazonaws.com',
    may: 'sqs:SendMessage',
    only: 'ArnEquals aws:SourceArn rule IncomingQueuesObjectCreated',
  },
  {
    to: 'queue IncomingQueuesEvents',
    who: 's3.amazonaws.com',
    may: 'sqs:SendMessage',
    only: 'ArnLike aws:SourceArn arn:…:s3:::archive-*, arn:…:s3:::raw; StringEquals aws:SourceAccount this account',
  },
  {
    to: 'queue IncomingQueuesEvents',
    who: 'events.amazonaws.com',
    may: 'sqs:SendMessage',
    only: 'ArnEquals aws:SourceArn rule IncomingQueuesObjectCreated',
  },
  {
    to: 'queue IncomingQueuesEvents',
    who: 'sns.amazonaws.com',
    may: 'sqs:SendMessage',
    only: 'ArnEquals aws:SourceArn arn:aws:sns:eu-west-1:111122223333:created',
  },
  {
    to: 'topic AlarmsTopic',
    who: 'cloudwatch.amazonaws.com',
    may: 'sns:Publish',
    only: 'ArnLike aws:SourceArn arn:…:cloudwatch:…:…:alarm:*',
  },
];

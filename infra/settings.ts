import { existsSync } from 'node:fs';
import { CopyError } from '@objectferry/shared/errors.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as v from 'valibot';
import { readDocument } from './document.ts';

/** CloudWatch keeps logs for so many days and for no other number. */
const RETENTIONS = Object.values(RetentionDays).filter(
  // The enumeration stands for "for ever" by 9999, which no regulation of a copy service asks for.
  (days) => typeof days === 'number' && days !== RetentionDays.INFINITE,
);

const Path = v.pipe(v.string(), v.nonEmpty('is empty, write the path of a file.'));

/** A number, also as the text that `-c name=value` makes of it. */
const WholeNumber = (most: number) =>
  v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number))], 'must be a whole number.'),
    v.check(
      (value) => Number.isInteger(value) && value >= 1 && value <= most,
      `must be a whole number from 1 to ${most}.`,
    ),
  );

const Switch = v.pipe(
  v.union([v.boolean(), v.picklist(['true', 'false'])], 'must be true or false.'),
  v.transform((value) => value === true || value === 'true'),
);

const Throttle = v.strictObject({
  /** Requests a second that are let through for as long as they come. */
  requestsPerSecond: WholeNumber(10_000),
  /** Requests that are let through at once. */
  burst: WholeNumber(5000),
});

// A person or a script submits and watches; one copy needs two or three requests. 50 a second is what a hundred
// watchers need, and a third of the StartExecution calls that an account may make in the smaller regions.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const API_THROTTLE = { requestsPerSecond: 50, burst: 100 };
// Anybody may call this one, until the signature is checked: enough for 20 new objects a second at each provider's
// own retries, and a bill nobody notices when somebody tries.
const EVENTS_THROTTLE = { requestsPerSecond: 20, burst: 40 };

const ApiFields = {
  throttle: v.optional(Throttle, API_THROTTLE),
  eventsThrottle: v.optional(Throttle, EVENTS_THROTTLE),
};
const IamApi = v.strictObject({ auth: v.optional(v.literal('iam', 'must be iam or jwt.'), 'iam'), ...ApiFields });
const JwtApi = v.strictObject({
  auth: v.literal('jwt'),
  /** Where the tokens come from, for example `https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc`. */
  issuer: v.pipe(v.string(), v.regex(/^https:\/\/[^\s?#]+$/, 'must be the https address of the issuer.')),
  /** The token has to be made for one of these. */
  audience: v.pipe(
    v.array(v.pipe(v.string(), v.nonEmpty('is empty.'))),
    v.nonEmpty('is empty, name at least one audience.'),
  ),
  ...ApiFields,
});
const NoApi = v.pipe(
  v.union([v.literal(false), v.literal('false')]),
  v.transform(() => false as const),
);
// Decided by the shape of the value, so that a mistake inside is reported as that mistake.
const Api = v.lazy((value: unknown) => {
  if (value === false || value === 'false') return NoApi;
  return typeof value === 'object' && value !== null && 'auth' in value && value.auth === 'jwt' ? JwtApi : IamApi;
});

const Alarms = v.strictObject({
  /** Gets a mail for every alarm, once it has confirmed the first one. */
  email: v.optional(v.pipe(v.string(), v.email('is not a mail address.'))),
  /** An SNS topic of yours that gets every alarm. */
  topicArn: v.optional(
    v.pipe(v.string(), v.regex(/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/, 'is not the ARN of an SNS topic.')),
  ),
  /** Hours an event may wait before somebody is told. */
  oldestEventHours: v.optional(WholeNumber(14 * 24), 1),
});

const Sweep = v.strictObject({
  /** From this age on the daily sweep also aborts uploads that nobody here opened; not set: never. */
  unknownOlderThanHours: v.optional(WholeNumber(10 * 365 * 24)),
});

// 25 copies of 40 spans are 1,000 functions at a time, the quota of an account unless it was raised.
const MAX_RUNNING_COPIES = 25;

/** Everything a deployment can choose besides its stores and rules; `objectferry.example.yaml` shows it with reasons. */
const SettingsSchema = v.strictObject({
  /** Path of the stores file; default `stores.yaml`, and a placeholder where that does not exist. */
  storesFile: v.optional(Path),
  /** Path of the file of rules; default `events.yaml`, and no events where that does not exist. */
  eventsFile: v.optional(Path),
  /** Path of a PEM file: certificates that pushes of Huawei's SMN have to be signed by, instead of those it names. */
  pinnedCertificatesFile: v.optional(Path),
  /** Who may call the API and how often; `false` for none. */
  api: v.optional(Api, {}),
  alarms: v.optional(Alarms, {}),
  sweep: v.optional(Sweep, {}),
  /** Events wait in the queue while so many copies run. */
  maxRunningCopies: v.optional(WholeNumber(10_000), MAX_RUNNING_COPIES),
  logRetentionDays: v.optional(
    v.pipe(
      WholeNumber(RetentionDays.TEN_YEARS),
      v.check(
        (days) => RETENTIONS.includes(days),
        `must be one of the numbers that CloudWatch has: ${RETENTIONS.join(', ')}.`,
      ),
    ),
    // Long enough to look into last month's copy; what must be kept longer is in the receipt.
    RetentionDays.THREE_MONTHS,
  ),
  /** A KMS key for the queues in place of the key that SQS manages; its policy has to let S3 and EventBridge use it. */
  queueKeyArn: v.optional(
    v.pipe(v.string(), v.regex(/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/, 'is not the ARN of a KMS key.')),
  ),
  /**
   * Whether the small functions keep places of their own at Lambda. Off by default: a new account has 10 places in
   * all and refuses to reserve any.
   */
  reserveConcurrency: v.optional(Switch, false),
});
export type ApiSettings = v.InferOutput<typeof IamApi> | v.InferOutput<typeof JwtApi>;
export type Settings = v.InferOutput<typeof SettingsSchema>;

/** Who may push how often where the API is off. */
export const DEFAULT_API: ApiSettings = v.parse(IamApi, {});

/** The settings of a deployment that chooses nothing. */
export const DEFAULT_SETTINGS: Settings = v.parse(SettingsSchema, {});

const DEFAULT_FILE = 'objectferry.yaml';

/**
 * Reads the settings from `objectferry.yaml` (or `-c deploymentFile=PATH`), where there is one, and from CDK's context,
 * which wins field by field.
 *
 * @throws CopyError InvalidConfig with one sentence.
 */
export function readSettings(context: Readonly<Record<string, unknown>>): Settings {
  // Plain words are ours, so that a misspelt one is an error; CDK's own keys all have a colon or a slash.
  const own = Object.entries(context).filter(([key]) => /^\w+$/.test(key) && key !== 'deploymentFile');
  const path = fileOf(context['deploymentFile']);
  const fromFile = path === undefined ? {} : documentOf(path);
  const fromContext = Object.fromEntries(own);
  // Each by itself first, so that the sentence says where the mistake is.
  if (path !== undefined) parse(SettingsSchema, fromFile, path, 'InvalidConfig');
  parse(SettingsSchema, fromContext, 'The CDK context', 'InvalidConfig');
  return parse(SettingsSchema, { ...fromFile, ...fromContext }, 'The settings', 'InvalidConfig');
}

function fileOf(named: unknown): string | undefined {
  if (named !== undefined) return parse(Path, named, 'The context entry deploymentFile', 'InvalidConfig');
  return existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined;
}

function documentOf(path: string): object {
  // A file with nothing but comments is no mistake.
  const document = readDocument(path, 'deployment') ?? {};
  if (typeof document === 'object' && !Array.isArray(document)) return document;
  throw new CopyError(
    'InvalidConfig',
    `${path} has no settings: write one a line, objectferry.example.yaml shows them.`,
  );
}

/** Where the API tells its operator what its answers do not tell. */
export interface ApiLog {
  readonly info: (message: string, facts: Readonly<Record<string, unknown>>) => void;
  readonly warn: (message: string, facts: Readonly<Record<string, unknown>>) => void;
  readonly error: (message: string, error: Error) => void;
}

/** Tells of what needs somebody's attention only, on stderr. */
export const stderrLog: ApiLog = {
  info: () => undefined,
  warn: (message, facts) => process.emitWarning(`${message} ${JSON.stringify(facts)}`, 'ApiWarning'),
  error: (message, error) => process.emitWarning(`${message}: ${error.stack ?? error.message}`, 'ApiError'),
};

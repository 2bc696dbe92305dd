import type { ApiLog } from '#functions/api/log.ts';

/** What the server tells whoever runs it, on stderr. @param quiet Only what needs somebody's attention. */
export function serveLog(quiet: boolean): ApiLog {
  const write = (message: string, facts: Readonly<Record<string, unknown>>): void => {
    const words = Object.entries(facts).map(([name, value]) => `${name} ${String(value)}`);
    process.stderr.write(`${words.length === 0 ? message : `${message}: ${words.join(', ')}`}\n`);
  };
  return {
    info: quiet ? () => undefined : write,
    warn: write,
    error: (message, error) => write(message, { reason: error.message }),
  };
}

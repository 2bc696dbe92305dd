import { STOPPED } from './exit-code.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
// One request to stop may come as several signals: `timeout` and service managers send to a process and to its group.
const SAME_STOP_MS = 500;

/**
 * Hears Ctrl-C, SIGTERM and the end of the terminal: the first calls `stop`, another one ends the process at once.
 *
 * @param leaving What is written then: what is left undone.
 * @returns stops hearing them.
 */
export function onInterrupt(stop: () => void, leaving: string): () => void {
  let first: number | undefined;
  const interrupt = (): void => {
    if (first === undefined) {
      first = Date.now();
      stop();
    } else if (Date.now() - first > SAME_STOP_MS) {
      process.stderr.write(`${leaving}\n`);
      process.exit(STOPPED);
    }
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  return () => {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  };
}

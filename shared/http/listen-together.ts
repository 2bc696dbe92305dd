const listening = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Listens to a signal that hundreds of requests share, by one listener for all of them: a signal looks through all its
 * listeners whenever one is added.
 *
 * @returns what ends the listening.
 */
export function listenTogether(signal: AbortSignal, abandon: () => void): () => void {
  const all = listening.get(signal) ?? listenTo(signal);
  all.add(abandon);
  return () => all.delete(abandon);
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const all = new Set<() => void>();
  const tell = (): void => {
    for (const one of all) one();
  };
  signal.addEventListener('abort', tell, { once: true });
  listening.set(signal, all);
  return all;
}

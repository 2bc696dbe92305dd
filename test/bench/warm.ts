import type { CopyTask } from './messages.ts';

/** Makes a client once for every place that tasks name, so that a second task in a process finds its connections. */
export function warm<Client>(create: (task: CopyTask) => Client): (task: CopyTask) => Client {
  const clients = new Map<string, Client>();
  return (task) => {
    const { port, provider, inFlight, sockets } = task;
    const place = JSON.stringify({ port, provider, inFlight, sockets });
    const client = clients.get(place) ?? create(task);
    clients.set(place, client);
    return client;
  };
}

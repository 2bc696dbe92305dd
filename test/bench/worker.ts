import type { Answer } from './messages.ts';

/** Everything a process of its own can be; loaded on demand, so that no client carries another one's modules. */
const ROLES = {
  'counting-store': () => import('./roles/counting-store.ts').then(({ answer }) => answer),
  emulator: () => import('./roles/emulator.ts').then(({ answer }) => answer),
  'bare-http': () => import('./roles/bare-http.ts').then(({ answer }) => answer),
  'ali-oss': () => import('./roles/ali-oss.ts').then(({ answer }) => answer),
  'aws-sdk': () => import('./roles/aws-sdk.ts').then(({ answer }) => answer),
  'esdk-obs': () => import('./roles/esdk-obs.ts').then(({ answer }) => answer),
  'multipart-copy': () => import('./roles/multipart-copy.ts').then(({ answer }) => answer),
  span: () => import('./roles/span.ts').then(({ answer }) => answer),
  machine: () => import('./roles/machine.ts').then(({ answer }) => answer),
  signing: () => import('./roles/signing.ts').then(({ answer }) => answer),
  objects: () => import('./roles/objects.ts').then(({ answer }) => answer),
} satisfies Readonly<Record<string, () => Promise<Answer>>>;

/** What a worker can be. */
export type Role = keyof typeof ROLES;

function isRole(name: string): name is Role {
  return Object.hasOwn(ROLES, name);
}

/** Answers each message of the parent with a value or an error, and ends with the parent. */
async function work(name: string): Promise<void> {
  if (!isRole(name)) throw new TypeError(`There is no role ${name}.`);
  const answer = await ROLES[name]();
  process.on('disconnect', () => process.exit(0));
  process.on('message', (message) => {
    answer(message).then(
      (value) => process.send?.({ value }),
      (error: unknown) =>
        process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : `${error}` }),
    );
  });
  process.send?.({ value: 'ready' });
}

if (import.meta.main) await work(process.argv[2] ?? '');

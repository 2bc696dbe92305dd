import { describe, expect, it } from 'vitest';
import type { Executions, ExecutionsPage } from '#functions/executions.ts';
import { createTurnstile } from '#functions/intake/turnstile.ts';

/** Executions that are listed in pages of two, however many are asked for. */
class ListedExecutions implements Pick<Executions, 'list' | 'start'> {
  readonly running: string[] = [];
  readonly known = new Set<string>();
  lists = 0;
  failure: Error | undefined;
  /** Starts wait for this. */
  gate: Promise<unknown> = Promise.resolve();

  async list({ state, next = '0' }: Parameters<Executions['list']>[0]): Promise<ExecutionsPage> {
    this.lists += 1;
    if (this.failure !== undefined) throw this.failure;
    expect(state).toBe('running');
    const from = Number(next);
    const page = this.running.slice(from, from + 2);
    const executions = page.map((id) => ({ id, state: 'running' as const, startedAt: new Date(0) }));
    return { executions, ...(from + 2 < this.running.length ? { next: String(from + 2) } : {}) };
  }

  async start({ id }: { readonly id: string }): Promise<'started' | 'exists'> {
    await this.gate;
    if (id === 'refused') throw new Error('refused');
    if (this.known.has(id)) return 'exists';
    this.known.add(id);
    return 'started';
  }
}

function turnstileOf(most: number, running: number) {
  const executions = new ListedExecutions();
  for (let index = 0; index < running; index += 1) executions.running.push(`old-${index}`);
  let time = 0;
  return {
    executions,
    turnstile: createTurnstile(executions, most, () => time),
    pass: (ms: number) => {
      time += ms;
    },
  };
}

const start = (turnstile: ReturnType<typeof createTurnstile>, id: string) => turnstile.start({ id, request: {} });

describe('the turnstile', () => {
  it('lets as many in as there is room for, counting once a second over all pages', async () => {
    const { executions, turnstile, pass } = turnstileOf(7, 5);
    const results = await Promise.allSettled(['a', 'b', 'c', 'd'].map((id) => start(turnstile, id)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
    expect(executions.lists).toBe(3);
    await expect(turnstile.requireRoom()).rejects.toThrow('7 copies run already');
    pass(999);
    await expect(turnstile.requireRoom()).rejects.toMatchObject({ name: 'NoRoom' });
    expect(executions.lists).toBe(3);
    // Another second, and all of the old ones have ended.
    pass(1);
    executions.running.splice(0);
    await turnstile.requireRoom();
    expect(executions.lists).toBe(4);
  });

  it('reads no further than it has to', async () => {
    const { executions, turnstile } = turnstileOf(3, 100);
    await expect(turnstile.requireRoom()).rejects.toMatchObject({ name: 'NoRoom' });
    expect(executions.lists).toBe(2);
  });

  it('keeps no room for what was started before, or could not be started', async () => {
    const { executions, turnstile } = turnstileOf(1, 0);
    executions.known.add('known');
    expect(await start(turnstile, 'known')).toBe('exists');
    await expect(start(turnstile, 'refused')).rejects.toThrow('refused');
    expect(await start(turnstile, 'new')).toBe('started');
    await expect(start(turnstile, 'newer')).rejects.toMatchObject({ name: 'NoRoom' });
  });

  it('does not forget starts that are under way when it counts anew', async () => {
    const { executions, turnstile, pass } = turnstileOf(1, 0);
    const gate = Promise.withResolvers<void>();
    executions.gate = gate.promise;
    const first = start(turnstile, 'a');
    await expect.poll(() => executions.lists).toBe(1);
    pass(1000);
    await expect(start(turnstile, 'b')).rejects.toMatchObject({ name: 'NoRoom' });
    gate.resolve();
    expect(await first).toBe('started');
  });

  it('asks again at once when it could not count', async () => {
    const { executions, turnstile } = turnstileOf(1, 0);
    executions.failure = new Error('throttled');
    await expect(turnstile.requireRoom()).rejects.toThrow('throttled');
    executions.failure = undefined;
    await turnstile.requireRoom();
  });
});

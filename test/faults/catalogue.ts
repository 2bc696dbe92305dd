import { answers } from './families/answers.ts';
import { connections } from './families/connections.ts';
import { forEver } from './families/for-ever.ts';
import { parts } from './families/parts.ts';
import { refusals } from './families/refusals.ts';
import { world } from './families/world.ts';
import type { Family } from './fault.ts';

/** All faults, table by table. */
export const FAMILIES: readonly Family[] = [refusals, connections, answers, parts, world, forEver];

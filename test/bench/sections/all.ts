import type { Measurement, SectionName } from '../section.ts';
import { measureCold } from './cold.ts';
import { measureEmulator } from './emulator.ts';
import { measureGrowth } from './growth.ts';
import { measureHandler } from './handler.ts';
import { measureMachine } from './machine.ts';
import { measureMemory } from './memory.ts';
import { measureLargeObjects, measureSmallObjects } from './objects.ts';
import { measureSigning } from './signing.ts';

/** How each section is measured. */
export const MEASUREMENTS: Readonly<Record<SectionName, Measurement>> = {
  handler: measureHandler,
  growth: measureGrowth,
  machine: measureMachine,
  emulator: measureEmulator,
  signing: measureSigning,
  memory: measureMemory,
  cold: measureCold,
  'small-objects': measureSmallObjects,
  'large-objects': measureLargeObjects,
};

/** What a gate runs: seconds each, and nothing that has to be installed. */
export const QUICK_SECTIONS: readonly SectionName[] = ['handler', 'machine', 'signing', 'cold'];

import { kindsText } from './kinds.ts';
import { type PeerTable, peersText } from './peers.ts';
import type { RunFamily } from './run.ts';
import { summaryText, tablesText } from './text.ts';

const HEAD = `# What goes wrong, and what a copy makes of it

Every cell is one copy through the real state machine and the deployed handlers, before an emulated provider that
misbehaves at exactly one place. \`npm run faults\` runs all of them and writes this file; nothing in it is typed by hand.
`;

const READING = `
- A cell says how the copy ended: \`ok\`, or the name of its error from the closed list. \`ok\` is only as expected if
  the destination holds the pinned version of the source, byte for byte; an error only if the destination holds what it
  would hold without the copy.
- \`1 retry\`: requests that were sent again, and tasks that the machine repeated.
- \`object is there\`: the copy failed after the destination was complete and right. \`changed since\`: it succeeded,
  and somebody else has written or removed the destination since.
- No cell may leave an upload behind, send more than 400 requests, or wait longer than an hour (waiting is counted, not
  done). A number in brackets points below the table, where a provider differs; \`-\` is a fault that cannot happen
  there, and below the table stands why.
- Positions: \`first List Parts\` looks for parts to adopt, \`List Parts\` is the check before Complete; \`List Uploads\`
  comes after an Initiate whose answer was lost; \`Abort\` and what follows it, after a part that was refused.
  \`CopyObject\` is a copy by one request. A copy in parts has four of them.

\`npm run faults -- --fault NAME --provider NAME\` shows one fault or one provider and writes nothing, \`--json\` prints
every cell, \`--check\` fails when a cell or this file is not as it should be, \`--peers\` runs the SDKs of the providers
under some of these faults.
`;

const PEERS = `## What the providers' own SDKs make of some of them

In the same emulators, with the SDKs' defaults. Where an SDK has no copy in parts of its own, the loop is the one of its
samples: parts one after the other, then Complete. \`orphan\`: an upload is left open, which costs money until somebody
aborts it.
`;

const KINDS = `## Making these faults yourself

\`npx objectferry emulators --faults FILE\` serves the same emulators with a plan of rules. A rule has an \`operation\`
(such as \`UploadPartCopy\`, or \`*\`), optionally \`bucket\`, \`key\`, \`partNumbers\`, \`probability\`, \`times\`,
\`timesPerPart\` and \`after\`, and a \`fault\`: an object with a \`kind\` and its fields.
`;

/** The whole of `docs/faults.md`. */
export function documentText(tables: readonly RunFamily[], peers: PeerTable): string {
  return `${[HEAD, summaryText(tables), READING, PEERS, peersText(peers), '', tablesText(tables), KINDS, kindsText()].join('\n').trimEnd()}\n`;
}

/** Colours of one of the two schemes that a reader may have. */
interface Palette {
  readonly ink: string;
  readonly soft: string;
  readonly grid: string;
  readonly ours: string;
  readonly floor: string;
  readonly peer: string;
}

const LIGHT: Palette = {
  ink: '#1f2328',
  soft: '#59636e',
  grid: '#d1d9e0',
  ours: '#0969da',
  floor: '#1a7f37',
  peer: '#818b98',
};
const DARK: Palette = {
  ink: '#f0f6fc',
  soft: '#9198a1',
  grid: '#3d444d',
  ours: '#4493f8',
  floor: '#3fb950',
  peer: '#7d8590',
};

/** The style of a plot. Colours are written out in every rule, because not every viewer knows variables. */
export function styleSheet(): string {
  return [
    'svg { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }',
    '.head { font-size: 15px; font-weight: 600; }',
    '.end { text-anchor: end; }',
    '.middle { text-anchor: middle; }',
    '.line { fill: none; stroke-width: 2; }',
    '.ours.line { stroke-width: 3; }',
    '.floor.line { stroke-dasharray: 5 4; }',
    'text.ours { font-weight: 600; }',
    ...colours(LIGHT),
    '@media (prefers-color-scheme: dark) {',
    ...colours(DARK).map((rule) => `  ${rule}`),
    '}',
  ].join('\n');
}

function colours({ ink, soft, grid, ours, floor, peer }: Palette): string[] {
  return [
    `text { fill: ${ink}; }`,
    `text.soft, text.peer { fill: ${soft}; }`,
    `text.ours { fill: ${ours}; }`,
    `text.floor { fill: ${floor}; }`,
    `.grid { stroke: ${grid}; }`,
    `.peer.line { stroke: ${peer}; }`,
    `.ours.line { stroke: ${ours}; }`,
    `.floor.line { stroke: ${floor}; }`,
    `.peer.dot, .peer.bar { fill: ${peer}; }`,
    `.ours.dot, .ours.bar { fill: ${ours}; }`,
    `.floor.dot, .floor.bar { fill: ${floor}; }`,
  ];
}

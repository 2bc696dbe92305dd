/**
 * Finds a cycle in a directed graph.
 *
 * @param next the nodes that one leads to.
 * @returns the nodes of one cycle in their order, or undefined when there is none.
 */
export function findCycle<Node>(
  nodes: readonly Node[],
  next: (node: Node) => readonly Node[],
): readonly Node[] | undefined {
  const finished = new Set<Node>();
  const path: Node[] = [];
  const visit = (node: Node): readonly Node[] | undefined => {
    if (finished.has(node)) return undefined;
    const start = path.indexOf(node);
    if (start !== -1) return path.slice(start);
    path.push(node);
    for (const following of next(node)) {
      const cycle = visit(following);
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    finished.add(node);
    return undefined;
  };
  for (const node of nodes) {
    const cycle = visit(node);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Where a copy is told about, as a path. */
export function linksOf(id: string): { readonly self: string } {
  return { self: `/copies/${encodeURIComponent(id)}` };
}

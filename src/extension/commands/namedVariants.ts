/**
 * Variants that a lens of the editor or rows of the tree name by a property `variants`; undefined where a command came without.
 * @param first a row of the tree, or a file
 * @param second the whole selection of rows, or what a lens says about the file
 */
export function namedVariants(first: unknown, second?: unknown): readonly string[] | "all" | undefined {
  const rows: readonly unknown[] = Array.isArray(second) && second.length > 0 ? second : [first, second];
  const said = rows.map(variantsOf);
  if (said.includes("all")) return "all";
  // Rows of another kind among those selected stand for more than their variants.
  const names = said.flatMap((variants) => (Array.isArray(variants) ? (variants as readonly string[]) : []));
  return names.length > 0 ? [...new Set(names)] : undefined;
}

function variantsOf(argument: unknown): readonly string[] | "all" | undefined {
  if (typeof argument !== "object" || argument === null || !("variants" in argument)) return undefined;
  const { variants } = argument;
  if (variants === "all") return variants;
  return Array.isArray(variants) ? variants.filter((name) => typeof name === "string") : undefined;
}

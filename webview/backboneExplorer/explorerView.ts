/** What the user has chosen; kept over reloads. */
export interface ExplorerView {
  /** Ticked values by name; undefined until the user ticks one: then those found, or those of the experiment, are. */
  readonly ticked: readonly string[] | undefined;
  /** Index of the block whose details are shown. */
  readonly block: number;
  readonly items: number | undefined;
  readonly search: string;
  /** Block to which the list of values is limited. */
  readonly within: number | undefined;
  readonly offset: number;
  readonly measure: string;
}

/** Reads back what was kept, as far as it makes sense. */
export function readExplorerView(saved: Readonly<Record<string, unknown>>): ExplorerView {
  const whole = (value: unknown): number | undefined =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  const text = (value: unknown, fallback: string): string => (typeof value === "string" ? value : fallback);
  const { ticked } = saved;
  return {
    ticked: Array.isArray(ticked) ? ticked.filter((name): name is string => typeof name === "string") : undefined,
    block: whole(saved["block"]) ?? 0,
    items: whole(saved["items"]),
    search: text(saved["search"], "").slice(0, 1_000),
    within: whole(saved["within"]),
    offset: whole(saved["offset"]) ?? 0,
    measure: text(saved["measure"], "parameters"),
  };
}

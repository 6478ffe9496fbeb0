/** One line of a pairs file. */
export interface PairRow {
  readonly image: string;
  readonly captions: readonly string[];
  readonly split: "train" | "val" | "test";
}

/** JSON Lines. */
export function encodeRows(rows: readonly PairRow[]): Uint8Array {
  return new TextEncoder().encode(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

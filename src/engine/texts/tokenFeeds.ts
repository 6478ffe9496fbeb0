import { UserError } from "../../core/errors";
import type { Feeds } from "../../core/graph/executor";
import type { NamedValue } from "../../core/graph/graph";
import type { Tensor } from "../../core/graph/tensor";
import { zeros } from "../../core/graph/tensor";

/** What a text backbone's input holds. */
export type TokenInput = "ids" | "mask" | "types" | "positions";

/**
 * Recognises the inputs of a text backbone by their names: `input_ids`, `attention_mask`, `token_type_ids`, `position_ids`
 * and the like.
 * @throws UserError when an input is none of these, or there is not exactly one for the ids.
 */
export function tokenInputs(inputs: readonly NamedValue[], model: string): ReadonlyMap<string, TokenInput> {
  const kinds = new Map(inputs.map(({ name }) => [name, kindOf(name)]));
  const list = inputs.map(({ name }) => `"${name}"`).join(", ");
  const wrong = inputs.find(({ dtype, shape }) => (shape !== undefined && shape.length !== 2) || dtype === "float16");
  if (wrong)
    throw new UserError(
      `Input "${wrong.name}" of the text backbone "${model}" is ${wrong.dtype} with ${wrong.shape?.length ?? "unknown"} axes; ` +
        "expected token ids and masks of shape [batch, tokens].",
    );
  if ([...kinds.values()].filter((kind) => kind === "ids").length !== 1)
    throw new UserError(
      `The text backbone "${model}" has the inputs ${list}; expected one for token ids ("input_ids") and at most ` +
        '"attention_mask", "token_type_ids" and "position_ids"; export it with these names.',
    );
  return kinds;
}

function kindOf(name: string): TokenInput {
  if (/mask/i.test(name)) return "mask";
  if (/type|segment/i.test(name)) return "types";
  return /position/i.test(name) ? "positions" : "ids";
}

/** Feeds for a batch of texts, [B, length]: ids padded with `padTokenId`, and whatever else the backbone asks for. */
export function tokenFeeds(
  inputs: readonly NamedValue[],
  kinds: ReadonlyMap<string, TokenInput>,
  texts: readonly (readonly number[])[],
  length: number,
  padTokenId: number,
): Feeds {
  const feeds: Record<string, Tensor> = {};
  for (const { name, dtype } of inputs) {
    const feed = zeros(dtype, [texts.length, length]);
    for (const [row, ids] of texts.entries()) writeTokens(feed, kinds.get(name) ?? "ids", row, ids, padTokenId);
    feeds[name] = feed;
  }
  return feeds;
}

/** Writes one text into row `row` of a feed [B, length]. */
export function writeTokens(
  { dtype, shape, data }: Tensor,
  kind: TokenInput,
  row: number,
  ids: readonly number[],
  padTokenId: number,
): void {
  const length = shape[1] ?? 0;
  const isWide = dtype === "int64" || dtype === "uint64";
  const target = data as unknown as (number | bigint)[];
  for (let at = 0; at < length; at++) {
    const value = valueAt(kind, ids, at, padTokenId);
    target[row * length + at] = isWide ? BigInt(value) : value;
  }
}

function valueAt(kind: TokenInput, ids: readonly number[], at: number, padTokenId: number): number {
  if (kind === "ids") return ids[at] ?? padTokenId;
  if (kind === "mask") return at < ids.length ? 1 : 0;
  return kind === "types" ? 0 : at;
}

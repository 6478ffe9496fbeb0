import { UserError } from "../../errors";
import type { MethodInput } from "../method";
import type { Layout } from "./hiddenStateTokens";
import type { UniptOptions } from "./uniptOptions";

/** d = ⌊E / r⌋. */
export function bottleneckDim({ embedDim, reductionFactor }: UniptOptions): number {
  return Math.floor(embedDim / reductionFactor);
}

/** A combination that makes no sense, and what to do about it. */
interface Contradiction {
  readonly when: boolean;
  readonly message: string;
}

/** @throws UserError for options that contradict each other or the hidden states. */
export function checkOptions(options: UniptOptions, layout: Layout, input: MethodInput): void {
  const contradictions = [
    ...widths(options),
    ...(options.anchor === "embedding" ? besideEmbedding(options, layout, input) : []),
    ...(layout === "tokens" ? [] : withoutOwnToken(options, layout)),
    ...normsAndResidual(options, layout, input),
  ];
  const found = contradictions.find(({ when }) => when);
  if (found) throw new UserError(found.message);
}

function widths({ embedDim, reductionFactor }: UniptOptions): Contradiction[] {
  return [
    {
      when: reductionFactor > embedDim,
      message: `"reductionFactor" ${reductionFactor} leaves nothing of "embedDim" ${embedDim}; it may be ${embedDim} at most.`,
    },
  ];
}

/** The embedding is a single token, which some choices cannot do with. */
function besideEmbedding(options: UniptOptions, layout: Layout, { embedding }: MethodInput): Contradiction[] {
  const { guide, interaction, aggregation } = options;
  return [
    {
      when: layout !== "tokens",
      message: `"anchor": "embedding" reads token sequences, but these hidden states are ${layout === "grid" ? "feature maps" : "an encoder's and a decoder's"}; use "last-layer".`,
    },
    {
      when: !embedding,
      message:
        '"anchor": "embedding" starts from the backbone\'s own final embedding, which is not given here; use "last-layer".',
    },
    {
      when: interaction === "attention-identity",
      message:
        '"interaction": "attention-identity" needs as many queries as tokens, but "anchor": "embedding" asks with one; use "attention-token".',
    },
    {
      when: guide === "self" || guide === "previous",
      message: `"guide": "${guide}" asks with every token of a layer, but "anchor": "embedding" takes one answer; use "last" or "learnable".`,
    },
    {
      when: aggregation === "per-token",
      message:
        '"aggregation": "per-token" compares layers with the anchor token by token, but "anchor": "embedding" is one token; use "confidence".',
    },
  ];
}

/** Cells of feature maps and queries of a decoder have no class or end-of-text token among them. */
function withoutOwnToken({ pooling, interaction }: UniptOptions, layout: Layout): Contradiction[] {
  const owner = layout === "grid" ? "feature maps" : "the queries of a decoder";
  return [
    {
      when: pooling === "cls",
      message: `"pooling": "cls" needs a class token, which ${owner} do not have; use "mean" or "max".`,
    },
    {
      when: interaction === "attention-token",
      message: `"interaction": "attention-token" needs a class token, which ${owner} do not have; use "attention-identity".`,
    },
  ];
}

function normsAndResidual(options: UniptOptions, layout: Layout, input: MethodInput): Contradiction[] {
  const { anchor, embedDim, norm, residual, initialization, upsampleNorm, downsampleSharing } = options;
  const last = input.hiddenStates.at(-1)?.shape ?? [];
  const anchorWidth = anchor === "embedding" ? input.embedding?.shape.at(-1) : last[layout === "grid" ? 1 : 2];
  return [
    {
      when: norm === "batch" && input.mask !== undefined,
      message: '"norm": "batch" would mix padding into its statistics; use "layer" for token sequences with a mask.',
    },
    {
      when: norm === "batch" && downsampleSharing === "shared",
      message: '"norm": "batch" cannot be shared by layers, whose statistics differ; use "layer".',
    },
    {
      when: residual === "full-width" && layout === "encoder-decoder",
      message:
        '"residual": "full-width" has no place beside an encoder and a decoder, whose memory is kept at the small width; use "bottleneck".',
    },
    {
      when: residual === "full-width" && anchorWidth !== embedDim,
      message: `"residual": "full-width" adds the result to the anchor of width ${anchorWidth ?? 0}, so "embedDim" has to be ${anchorWidth ?? 0} instead of ${embedDim}.`,
    },
    {
      when: initialization === "zero-upsample" && upsampleNorm === "layer",
      message:
        '"initialization": "zero-upsample" would give "upsampleNorm": "layer" nothing but zeros to normalise; set "upsampleNorm" to "none" or start otherwise.',
    },
  ];
}

import type { Dimension } from "../../graph/graph";
import type { DataType, Shape } from "../../graph/tensor";
import type { HiddenStateOrigin } from "../structure/residualStream";
import type { HiddenStateLayout } from "../structure/layout";
import type { AxisRole } from "../structure/sampleShapes";

/** What a model file holds and offers to tap. Nothing is run and no weights are read. */
export interface ModelReport {
  readonly inputs: readonly ReportedInput[];
  readonly outputs: readonly ReportedInput[];
  /** The residual stream, low to high. */
  readonly hiddenStates: readonly ReportedState[];
  /** Every node belongs to one: embedding, one block per hidden state, head, and what is beside them. */
  readonly blocks: readonly ReportedBlock[];
  /** Floating-point values that depend on an input and have a batch axis, in the order of computation; only on request. */
  readonly values?: readonly ReportedValue[];
  /** Number of such values in the model, which may be more than are listed. */
  readonly valueCount?: number;
  /** Free axes of the inputs and the sizes that every `itemShape` and `flops` assumes for them. */
  readonly axes: readonly ReportedAxis[];
  readonly warnings: readonly ModelWarning[];
  readonly opset: number;
  readonly producer: string;
  /** Elements of all floating-point weights. */
  readonly parameters: number;
  /** Bytes of all weights as the file keeps them. */
  readonly weightBytes: number;
}

export interface ReportedInput {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly Dimension[];
}

export interface ReportedState {
  /** 0 is the embedding output or stem, l the output of block or stage l. */
  readonly index: number;
  readonly value: string;
  /** Free axes are named after those of the inputs. */
  readonly shape: readonly Dimension[];
  readonly layout: HiddenStateLayout;
  /** Channels. */
  readonly width: number;
  readonly foundBy: HiddenStateOrigin;
  /** As in {@link ReportedValue}. */
  readonly itemShape?: Shape | undefined;
}

/** embedding: all that hidden state 0 needs; block: what the next one needs beyond that; head: what follows the last. */
export type BlockKind = "embedding" | "block" | "head" | "other" | "whole";

export interface ReportedBlock {
  readonly kind: BlockKind;
  /** Index of the hidden state that it ends with. */
  readonly hiddenState?: number | undefined;
  readonly nodes: number;
  /** Number of nodes by operator, most first. */
  readonly operators: readonly (readonly [opType: string, count: number])[];
  /** Elements of the floating-point weights that no earlier block reads. */
  readonly parameters: number;
  /** Floating-point operations of its matrix products and convolutions for one item; undefined where shapes are unknown. */
  readonly flops?: number | undefined;
}

export interface ReportedValue {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly Dimension[];
  /** Operator that computes it. */
  readonly opType: string;
  /** Index in {@link ModelReport.blocks}. */
  readonly block: number;
  /** Of one item as the feature cache keeps it (grids channels first), at the sizes of {@link ModelReport.axes}. */
  readonly itemShape?: Shape | undefined;
}

export interface ReportedAxis {
  readonly name: string;
  readonly role: AxisRole;
  readonly size: number;
}

/**
 * `shapes`: they could not be computed, so that hidden states, widths and sizes are missing. `operators`: a part of the file is
 * left out of the report, since a node in it is not supported.
 */
export interface ModelWarning {
  readonly kind: "shapes" | "operators";
  readonly message: string;
}

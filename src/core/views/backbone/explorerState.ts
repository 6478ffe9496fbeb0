import type { ModelReport } from "../../onnx/report/modelReport";
import type { SideName } from "../../experiment/sides";
import type { ValueRow } from "./valueRows";

/** An experiment of the workspace that reads this model, and what its data ask of it. */
export interface ExplorerUse {
  /** Name of the file, with as much of its path as tells it from others. */
  readonly experiment: string;
  readonly side: SideName;
  /** Names of the values tapped now, low to high; undefined when the file names values that the model does not have. */
  readonly taps: readonly string[] | undefined;
  /** What is known of its data, once they have been read. */
  readonly data?: UseData | undefined;
  /** Why they could not be read. */
  readonly problem?: string | undefined;
}

export interface UseData {
  /** Images, or captions. */
  readonly items: number;
  /** Bytes kept beside the taps of each item: the mask of a text. */
  readonly maskBytes: number;
  readonly dtype: "float32" | "float16";
  /** Sizes that the free axes of the inputs get, by name. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** A report whose long list of values is empty: pages ask for it piece by piece. */
export type ReportHead = ModelReport;

export type ExplorerState =
  | { readonly phase: "untrusted" | "loading"; readonly file: string }
  | { readonly phase: "failed"; readonly file: string; readonly problem: string }
  | {
      readonly phase: "ready";
      readonly file: string;
      readonly report: ReportHead;
      /** The hidden states as rows of the list of values, low to high. */
      readonly states: readonly ValueRow[];
      readonly uses: readonly ExplorerUse[];
      /** Why the sizes asked for last do not fit; the report is at those before. */
      readonly sizesProblem?: string | undefined;
    };

export type ReadyState = Extract<ExplorerState, { phase: "ready" }>;

/** Sizes of the free axes of a model's inputs, where its inputs have these shapes; the batch axis is not one of them. */
export function axisSizes(
  { inputs, axes }: Pick<ModelReport, "inputs" | "axes">,
  shapes: Readonly<Record<string, readonly number[]>>,
): Record<string, number> {
  const sizes: Record<string, number> = {};
  const roles = new Map(axes.map(({ name, role }) => [name, role]));
  for (const { name, shape } of inputs)
    for (const [axis, size] of shape.entries()) {
      const given = shapes[name]?.[axis];
      if (typeof size === "string" && given !== undefined && roles.get(size) !== "batch") sizes[size] = given;
    }
  return sizes;
}

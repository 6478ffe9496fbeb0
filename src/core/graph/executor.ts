import type { Graph } from "./graph";
import type { Tensor } from "./tensor";

export type Feeds = Readonly<Record<string, Tensor>>;

/** A graph made ready to run: ONNX Runtime in the engine, the reference interpreter in tests. */
export interface Program {
  /** Evaluates every output of the graph. */
  run(feeds: Feeds): Promise<Record<string, Tensor>>;
  /** Releases native memory; the program must not be run afterwards. */
  dispose(): Promise<void>;
}

/** Runs graphs. `core` knows only this interface; `engine/` implements it over native runtimes. */
export interface Executor {
  /** What really executes, e.g. `cpu` or `webgpu`. */
  readonly device: string;
  prepare(graph: Graph): Promise<Program>;
}

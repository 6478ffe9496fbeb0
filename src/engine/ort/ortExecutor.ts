import type { Executor } from "../../core/graph/executor";
import type { Graph } from "../../core/graph/graph";
import { encodeModel, externalFolder } from "../../core/onnx/encodeModel";
import type { StepGraph } from "../../core/step/stepGraph";
import { OrtProgram } from "./ortProgram";
import { OrtSession } from "./ortSession";
import { type Device, type OrtOptions } from "./sessionOptions";
import { StepProgram } from "./stepProgram";
import type { ReadableState } from "./renamedState";
import type { TrainingState } from "./trainingState";

/**
 * Runs graphs with ONNX Runtime on one device. The sessions of one executor share nothing but their options.
 *
 * A graph is handed over as a small model whose large weights stay in their file, mapped by ONNX Runtime, even if that file
 * is the .onnx they came in: a ViT-B/32 of 335 MiB then takes 414 MiB of memory to open, against 1,114 MiB as bytes with
 * appended outputs and 441 MiB as a copied file. Sizes are fixed in the graph, since the Node binding ignores
 * `freeDimensionOverrides`.
 */
export class OrtExecutor implements Executor {
  readonly device: Device;

  constructor(readonly options: OrtOptions = {}) {
    this.device = options.device ?? "cpu";
  }

  async prepare(graph: Graph): Promise<OrtProgram> {
    return new OrtProgram(await this.#open(graph), graph.outputs);
  }

  /**
   * Prepares an evaluation graph whose parameters and buffers come from `state`; only the other inputs are fed.
   * Evaluating always sees the values after the latest step.
   */
  async prepareEvaluation(graph: Graph, state: ReadableState): Promise<OrtProgram> {
    return new OrtProgram(await this.#open(graph), graph.outputs, state);
  }

  /** Prepares one optimizer update; programs of other batch sizes may update the same `state` in between. */
  async prepareStep(step: StepGraph, state: TrainingState): Promise<StepProgram> {
    const onDevice = this.device === "webgpu" ? new Set(step.state.map(({ output }) => output)) : undefined;
    return new StepProgram(await this.#open(step.graph, onDevice), step, state);
  }

  #open(graph: Graph, onDevice?: ReadonlySet<string>): Promise<OrtSession> {
    return OrtSession.open(encodeModel(graph), {
      ...this.options,
      externalFolder: externalFolder(graph),
      ...(onDevice ? { onDevice } : {}),
    });
  }
}

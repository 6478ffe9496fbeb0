import type { Executor, Feeds, Program } from "../../core/graph/executor";
import type { Graph } from "../../core/graph/graph";
import type { Tensor } from "../../core/graph/tensor";
import { encodeModel, externalFolder } from "../../core/onnx/encodeModel";
import type { StepGraph } from "../../core/step/stepGraph";
import type { Ort } from "./onnxRuntime";
import { OrtSession } from "./ortSession";
import { download, toOrt } from "./ortTensor";
import { type Device, type OrtOptions } from "./sessionOptions";
import { StepProgram } from "./stepProgram";
import type { TrainingState } from "./trainingState";

/** Runs graphs with ONNX Runtime on one device. The sessions of one executor share nothing but their options. */
export class OrtExecutor implements Executor {
  readonly device: Device;

  constructor(readonly options: OrtOptions = {}) {
    this.device = options.device ?? "cpu";
  }

  async prepare(graph: Graph): Promise<Program> {
    return new OrtProgram(await this.#open(graph));
  }

  /**
   * Prepares an evaluation graph whose parameters and buffers come from `state`; only the other inputs are fed.
   * Evaluating always sees the values after the latest step.
   */
  async prepareEvaluation(graph: Graph, state: TrainingState): Promise<Program> {
    return new OrtProgram(await this.#open(graph), state);
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

class OrtProgram implements Program {
  constructor(
    readonly session: OrtSession,
    readonly state?: TrainingState,
  ) {}

  async run(feeds: Feeds): Promise<Record<string, Tensor>> {
    const inputs: Record<string, Ort.Tensor> = {};
    for (const name of this.session.inputNames) {
      const fed = feeds[name];
      if (fed) inputs[name] = toOrt(this.session.ort, fed);
      else if (this.state?.has(name)) inputs[name] = this.state.current(name);
    }
    const fetched = await this.session.run(inputs);
    const outputs: Record<string, Tensor> = {};
    for (const [name, value] of Object.entries(fetched)) outputs[name] = await download(value);
    return outputs;
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }
}

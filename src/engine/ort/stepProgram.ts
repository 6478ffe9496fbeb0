import type { Feeds } from "../../core/graph/executor";
import type { NamedValue } from "../../core/graph/graph";
import type { Tensor } from "../../core/graph/tensor";
import { zeros } from "../../core/graph/tensor";
import { inPlaceState } from "../../core/step/inPlaceState";
import type { StepGraph } from "../../core/step/stepGraph";
import type { Ort } from "./onnxRuntime";
import type { OrtSession, OrtTensors } from "./ortSession";
import { download, toOrt } from "./ortTensor";
import type { TrainingState } from "./trainingState";

/** One optimizer update, ready to run over and over. */
export class StepProgram {
  readonly #reports: Readonly<Record<string, Tensor>>;

  constructor(
    readonly session: OrtSession,
    readonly graph: StepGraph,
    readonly state: TrainingState,
    /** State whose next value overwrites the present one. */
    readonly inPlace: ReadonlySet<string> = inPlaceState(graph),
  ) {
    const reported = new Set(graph.reports);
    this.#reports = Object.fromEntries(
      graph.graph.outputs.filter(({ name }) => reported.has(name)).map((output) => [output.name, emptyOutput(output)]),
    );
  }

  /**
   * Runs one update on data, random inputs and `step`, and moves the state forward. After a step that throws, the state may
   * be half updated: it has to be written anew, from a checkpoint.
   * @returns the reports (loss, learning rate, …) in tensors of their own.
   */
  async step(feeds: Feeds): Promise<Record<string, Tensor>> {
    const inputs: Record<string, Ort.Tensor> = {};
    for (const [name, value] of Object.entries(feeds)) inputs[name] = toOrt(this.session.ort, value);
    for (const { input } of this.graph.state) inputs[input] = this.state.current(input);
    return this.session.writesInPlace ? this.#stepOnCpu(inputs) : this.#stepOnDevice(inputs);
  }

  /** Releases native memory; the state goes on living, on the CPU. */
  async dispose(): Promise<void> {
    if (!this.session.writesInPlace) await this.state.leaveDevice();
    await this.session.dispose();
  }

  async #stepOnCpu(inputs: OrtTensors): Promise<Record<string, Tensor>> {
    const outputs: Record<string, Ort.Tensor> = {};
    for (const [name, value] of Object.entries(this.#reports)) outputs[name] = toOrt(this.session.ort, value);
    for (const { input, output } of this.graph.state)
      outputs[output] = this.inPlace.has(input) ? this.state.current(input) : this.state.spare(input);
    await this.session.runInto(inputs, outputs);
    this.state.swap(this.graph.state.filter(({ input }) => !this.inPlace.has(input)));
    return Object.fromEntries(
      Object.entries(this.#reports).map(([name, value]) => [name, { ...value, data: value.data.slice() }]),
    );
  }

  async #stepOnDevice(inputs: OrtTensors): Promise<Record<string, Tensor>> {
    const results = await this.session.run(inputs);
    this.state.replace(this.graph.state, results);
    const reports: Record<string, Tensor> = {};
    for (const name of Object.keys(this.#reports)) {
      const value = results[name];
      if (value) reports[name] = await download(value);
    }
    return reports;
  }
}

function emptyOutput({ name, dtype, shape }: NamedValue): Tensor {
  if (!shape?.every((size) => typeof size === "number"))
    throw new Error(`Output "${name}" of a step graph has no fixed shape.`);
  return zeros(dtype, shape);
}

import type { Feeds, Program } from "../../core/graph/executor";
import type { NamedValue } from "../../core/graph/graph";
import type { Shape, Tensor } from "../../core/graph/tensor";
import { bytesOf, zeros } from "../../core/graph/tensor";
import type { Ort } from "./onnxRuntime";
import type { OrtSession } from "./ortSession";
import { download, toOrt } from "./ortTensor";
import type { ReadableState } from "./renamedState";

/** A graph ready to run; parameters and buffers come from `state` where the feeds leave them out. */
export class OrtProgram implements Program {
  constructor(
    readonly session: OrtSession,
    readonly outputs: readonly NamedValue[],
    readonly state?: ReadableState,
  ) {}

  async run(feeds: Feeds): Promise<Record<string, Tensor>> {
    const made = this.session.writesInPlace ? allocateAll(this.outputs) : undefined;
    if (made) {
      await this.runInto(feeds, made);
      return made;
    }
    const fetched = await this.session.run(this.#inputs(feeds));
    const results: Record<string, Tensor> = {};
    for (const [name, value] of Object.entries(fetched)) results[name] = await download(value);
    return results;
  }

  /**
   * Evaluates the named outputs into tensors of the caller, whose types and shapes must fit: nothing is allocated, and on the
   * CPU nothing is copied.
   */
  async runInto(feeds: Feeds, outputs: Readonly<Record<string, Tensor>>): Promise<void> {
    if (this.session.writesInPlace) {
      const targets = Object.entries(outputs).map(([name, value]) => [name, toOrt(this.session.ort, value)] as const);
      await this.session.runInto(this.#inputs(feeds), Object.fromEntries(targets));
      return;
    }
    const results = await this.session.run(this.#inputs(feeds));
    for (const [name, target] of Object.entries(outputs)) {
      const result = results[name];
      if (!result) throw new Error(`The graph has no output "${name}".`);
      bytesOf(target).set(bytesOf(await download(result)));
    }
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }

  #inputs(feeds: Feeds): Record<string, Ort.Tensor> {
    const inputs: Record<string, Ort.Tensor> = {};
    for (const name of this.session.inputNames) {
      const fed = feeds[name];
      if (fed) inputs[name] = toOrt(this.session.ort, fed);
      else if (this.state?.has(name)) inputs[name] = this.state.current(name);
    }
    return inputs;
  }
}

/** Tensors for all outputs; undefined when a shape is not known before the run. */
function allocateAll(outputs: readonly NamedValue[]): Record<string, Tensor> | undefined {
  const made: Record<string, Tensor> = {};
  for (const { name, dtype, shape } of outputs) {
    if (!isFixed(shape)) return undefined;
    made[name] = zeros(dtype, shape);
  }
  return made;
}

function isFixed(shape: NamedValue["shape"]): shape is Shape {
  return shape?.every((size) => typeof size === "number") === true;
}

import type { Tensor } from "../../core/graph/tensor";
import type { Ort } from "./onnxRuntime";
import type { TrainingState } from "./trainingState";

/** What an evaluation needs of a training state. */
export type ReadableState = Pick<TrainingState, "has" | "current">;

/** A training state in which some tensors stand for others: running averages for what they follow. */
export class RenamedState {
  constructor(
    readonly state: TrainingState,
    /** Names of the tensors that stand for others, by the names of those. */
    readonly names: ReadonlyMap<string, string>,
  ) {}

  has(name: string): boolean {
    return this.state.has(this.#own(name));
  }

  current(name: string): Ort.Tensor {
    return this.state.current(this.#own(name));
  }

  async read(names: readonly string[]): Promise<Record<string, Tensor>> {
    const values = await this.state.read(names.map((name) => this.#own(name)));
    return Object.fromEntries(
      names.flatMap((name) => {
        const value = values[this.#own(name)];
        return value ? [[name, value]] : [];
      }),
    );
  }

  write(values: Readonly<Record<string, Tensor>>): void {
    this.state.write(Object.fromEntries(Object.entries(values).map(([name, value]) => [this.#own(name), value])));
  }

  #own(name: string): string {
    return this.names.get(name) ?? name;
  }
}

import { OpBuilder } from "../../../src/core/graph/opBuilder";
import { tensor, type Tensor } from "../../../src/core/graph/tensor";
import { zeroInit } from "../../../src/core/nn/modelContext";
import type { StepGraph } from "../../../src/core/step/stepGraph";

/** Least squares on x [B, 3] → y [B, 2] with heavy-ball momentum, differentiated by hand: dW = 2/(2B) xᵀ(xW − y). */
export function regressionStep(batchSize: number): StepGraph {
  const g = new OpBuilder("regression");
  const x = g.input("x", "float32", [batchSize, 3]);
  const y = g.input("y", "float32", [batchSize, 2]);
  const weight = g.input("weight", "float32", [3, 2]);
  const velocity = g.input("velocity", "float32", [3, 2]);
  const error = g.sub(g.matMul(x, weight), y); // [B, 2]
  const gradient = g.mul(g.matMul(g.swapLast(x), error), g.scalar(1 / batchSize)); // [3, 2]
  const nextVelocity = g.add(g.mul(velocity, g.scalar(0.9)), gradient);
  g.output("loss", g.reduceMean(g.mul(error, error), [0, 1]));
  g.output("velocity.next", nextVelocity);
  g.output("weight.next", g.sub(weight, g.mul(nextVelocity, g.scalar(0.1))));
  return {
    graph: g.build(),
    parameters: [{ name: "weight", shape: [3, 2], initialization: zeroInit }],
    buffers: [],
    randomInputs: [],
    state: [
      { input: "weight", output: "weight.next", kind: "parameter" },
      { input: "velocity", output: "velocity.next", kind: "moment" },
    ],
    reports: ["loss"],
  };
}

export const initialState = (): Record<string, Tensor> => ({
  weight: tensor("float32", [3, 2], [0.1, -0.2, 0.3, 0.4, -0.5, 0.6]),
  velocity: tensor("float32", [3, 2], [0, 0, 0, 0, 0, 0]),
});

/** Deterministic data whose exact solution is a fixed weight matrix. */
export function regressionBatch(batchSize: number, step: number): Record<string, Tensor> {
  const solution = [1, -1, 0.5, 2, -0.25, 0];
  const x: number[] = [];
  const y: number[] = [];
  for (let row = 0; row < batchSize; row++) {
    const sample = [0, 1, 2].map((column) => Math.sin(1 + 7 * step + 3 * row + column));
    x.push(...sample);
    for (const column of [0, 1]) y.push(sample.reduce((sum, v, i) => sum + v * (solution[2 * i + column] ?? 0), 0));
  }
  return { x: tensor("float32", [batchSize, 3], x), y: tensor("float32", [batchSize, 2], y) };
}

/** The same update in double precision. */
export class PlainRegression {
  weight = [0.1, -0.2, 0.3, 0.4, -0.5, 0.6];
  velocity = [0, 0, 0, 0, 0, 0];

  step({ x, y }: Record<string, Tensor>): number {
    const [xs, ys] = [Array.from(x?.data as Float32Array), Array.from(y?.data as Float32Array)];
    const batchSize = ys.length / 2;
    const gradient = [0, 0, 0, 0, 0, 0];
    let loss = 0;
    for (let row = 0; row < batchSize; row++) {
      for (const column of [0, 1]) {
        let error = -(ys[2 * row + column] ?? 0);
        for (const i of [0, 1, 2]) error += (xs[3 * row + i] ?? 0) * (this.weight[2 * i + column] ?? 0);
        loss += error * error;
        for (const i of [0, 1, 2]) gradient[2 * i + column]! += ((xs[3 * row + i] ?? 0) * error) / batchSize;
      }
    }
    this.velocity = this.velocity.map((v, i) => 0.9 * v + (gradient[i] ?? 0));
    this.weight = this.weight.map((w, i) => w - 0.1 * (this.velocity[i] ?? 0));
    return loss / ys.length;
  }
}

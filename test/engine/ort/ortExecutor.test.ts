import { describe, expect, test } from "vitest";

import { OpBuilder } from "../../../src/core/graph/opBuilder";
import { tensor } from "../../../src/core/graph/tensor";
import { OrtExecutor } from "../../../src/engine/ort/ortExecutor";
import { TrainingState } from "../../../src/engine/ort/trainingState";
import { initialState, PlainRegression, regressionBatch, regressionStep } from "./regressionStep";

const executor = new OrtExecutor({ threads: 1 });

describe("OrtExecutor", () => {
  test("evaluates a graph", async () => {
    const g = new OpBuilder();
    const x = g.input("x", "float32", [2, 2]);
    g.output("y", g.matMul(x, g.constant(tensor("float32", [2, 1], [10, 1]))));
    const program = await executor.prepare(g.build());
    const { y } = await program.run({ x: tensor("float32", [2, 2], [1, 2, 3, 4]) });
    await program.dispose();
    expect(y).toEqual(tensor("float32", [2, 1], [12, 34]));
  });
});

describe("StepProgram", () => {
  test("trains as the same update in double precision does", async () => {
    const state = await TrainingState.create(initialState());
    const program = await executor.prepareStep(regressionStep(4), state);
    const plain = new PlainRegression();
    for (let step = 0; step < 30; step++) {
      const batch = regressionBatch(4, step);
      const { loss } = await program.step(batch);
      expect(loss?.data[0]).toBeCloseTo(plain.step(batch), 5);
    }
    const { weight, velocity } = await state.read();
    await program.dispose();
    for (const i of [0, 1, 2, 3, 4, 5]) {
      expect(weight?.data[i]).toBeCloseTo(plain.weight[i]!, 5);
      expect(velocity?.data[i]).toBeCloseTo(plain.velocity[i]!, 5);
    }
  });

  test("programs of different batch sizes and evaluation share one state", async () => {
    const state = await TrainingState.create(initialState());
    const [large, small] = [
      await executor.prepareStep(regressionStep(4), state),
      await executor.prepareStep(regressionStep(3), state),
    ];
    const g = new OpBuilder();
    const x = g.input("x", "float32", [1, 3]);
    g.output("prediction", g.matMul(x, g.input("weight", "float32", [3, 2])));
    const evaluation = await executor.prepareEvaluation(g.build(), state);

    const plain = new PlainRegression();
    for (const [step, batchSize] of [4, 3, 4, 4, 3].entries()) {
      const batch = regressionBatch(batchSize, step);
      await (batchSize === 4 ? large : small).step(batch);
      plain.step(batch);
      const { prediction } = await evaluation.run({ x: tensor("float32", [1, 3], [0, 1, 0]) });
      expect(prediction?.data[0]).toBeCloseTo(plain.weight[2]!, 5);
      expect(prediction?.data[1]).toBeCloseTo(plain.weight[3]!, 5);
    }
    await Promise.all([large.dispose(), small.dispose(), evaluation.dispose()]);
  });

  test("continues bit for bit from a state that was read and written back", async () => {
    const state = await TrainingState.create(initialState());
    const program = await executor.prepareStep(regressionStep(4), state);
    await program.step(regressionBatch(4, 0));
    const saved = await state.read();
    await program.step(regressionBatch(4, 1));
    const expected = await state.read();

    const other = await TrainingState.create(initialState());
    other.write(saved);
    const resumed = await executor.prepareStep(regressionStep(4), other);
    await resumed.step(regressionBatch(4, 1));
    expect(await other.read()).toEqual(expected);
    await Promise.all([program.dispose(), resumed.dispose()]);
  });

  test("allocates nothing for its state after the first step", async () => {
    const size = 1 << 20;
    const g = new OpBuilder();
    const weight = g.input("weight", "float32", [size]);
    g.output("loss", g.reduceMean(weight, [0]));
    g.output("weight.next", g.mul(weight, g.scalar(0.5)));
    const step = { ...regressionStep(1), graph: g.build(), state: [regressionStep(1).state[0]!] };
    const state = await TrainingState.create({ weight: tensor("float32", [size], new Float32Array(size).fill(1)) });
    const program = await executor.prepareStep(step, state);
    await program.step({});
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 5; i++) await program.step({});
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * size);
    expect((await state.read())["weight"]?.data[size - 1]).toBe(0.5 ** 6);
    await program.dispose();
  });

  test("refuses values of another shape", async () => {
    const state = await TrainingState.create(initialState());
    expect(() => state.write({ weight: tensor("float32", [2], [1, 2]) })).toThrow(/"weight" is float32 \[3,2\]/);
  });
});

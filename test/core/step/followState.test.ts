import { expect, test } from "vitest";
import { tensor, type Tensor, zeros } from "../../../src/core/graph/tensor";
import { initialize } from "../../../src/core/nn/initialize";
import type { ModelScope } from "../../../src/core/nn/modelContext";
import { OptimizerConfig } from "../../../src/core/nn/optimizers/optimizer";
import { normal } from "../../../src/core/nn/random";
import { buildStepGraph, type StepForward, type StepOptions } from "../../../src/core/step/buildStepGraph";
import { averagesOf } from "../../../src/core/step/followState";
import { inPlaceState } from "../../../src/core/step/inPlaceState";
import type { StepGraph } from "../../../src/core/step/stepGraph";
import { predictStepMemory } from "../../../src/core/step/stepMemory";
import { OrtExecutor } from "../../../src/engine/ort/ortExecutor";
import { RenamedState } from "../../../src/engine/ort/renamedState";
import { TrainingState } from "../../../src/engine/ort/trainingState";

const [BATCH, WIDTH, DECAY] = [4, 3, 0.9];

/** Least squares on standardised features, whose mean is followed as a batch norm does. */
function model(scope: ModelScope): StepForward {
  const { g } = scope;
  const x = g.input("x", "float32", [BATCH, WIDTH]);
  const mean = scope.buffer("mean", [WIDTH], { kind: "constant", value: 0 });
  const batchMean = g.reduceMean(x, [0]);
  mean.update(g.add(g.mul(mean.value, g.scalar(0.5)), g.mul(batchMean, g.scalar(0.5))));
  const weight = scope.parameter("weight", [WIDTH], { kind: "normal", standardDeviation: 1 });
  const bias = scope.parameter("bias", [WIDTH], { kind: "uniform", bound: 1 });
  const error = g.sub(g.add(g.mul(g.sub(x, batchMean), weight), bias), g.scalar(1));
  return { loss: g.reduceMean(g.mul(error, error), [0, 1]), reports: {} };
}

const options: StepOptions = {
  optimizer: OptimizerConfig.parse({ name: "adamw", learningRate: 0.1 }),
  schedule: { name: "constant" },
  length: { stepsPerEpoch: 8, totalSteps: 8 },
  gradientClip: 1,
  averageDecay: DECAY,
};

const names = ["weight", "bias", "mean"];

function startOf(step: StepGraph): Record<string, Tensor> {
  const specs = [...step.parameters, ...step.buffers];
  const start = initialize(specs, 3);
  const averages = initialize(specs, 3);
  for (const [name, average] of averagesOf(step)) start[average] = averages[name]!;
  for (const { name, shape } of step.graph.inputs) start[name] ??= zeros("float32", shape as number[]);
  const wanted = new Set(step.state.map(({ input }) => input));
  return Object.fromEntries(Object.entries(start).filter(([name]) => wanted.has(name)));
}

/** The values of `names` and of their averages after each of eight steps; the first entry is the start. */
async function train(step: StepGraph): Promise<{ values: Record<string, Tensor>[]; state: TrainingState }> {
  const state = await TrainingState.create(startOf(step));
  const program = await new OrtExecutor({ threads: 1 }).prepareStep(step, state);
  const values = [await state.read()];
  for (let at = 0; at < 8; at++) {
    const x = tensor("float32", [BATCH, WIDTH], normal({ seed: 1, stream: "x", step: at }, BATCH * WIDTH));
    await program.step({ x, step: tensor("int64", [], [at]) });
    values.push(await state.read());
  }
  await program.dispose();
  return { values, state };
}

const floats = (value: Tensor | undefined): number[] => Array.from(value!.data as Float32Array);

test("averages of parameters and buffers follow ā ← decay ā + (1 − decay) value, starting as the first value", async () => {
  const step = buildStepGraph(model, options);
  expect([...averagesOf(step)]).toEqual(names.map((name) => [name, `${name}.average`]));
  const { values } = await train(step);
  for (const name of names) {
    let expected = floats(values[0]![name]);
    expect(floats(values[0]![`${name}.average`])).toEqual(expected);
    for (const now of values.slice(1)) {
      const followed = floats(now[name]);
      expected = expected.map((average, i) => DECAY * average + (1 - DECAY) * followed[i]!);
      floats(now[`${name}.average`]).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
    }
    expect(floats(values.at(-1)![`${name}.average`])).not.toEqual(floats(values.at(-1)![name]));
  }
});

test("averages change nothing else, and are updated in place", async () => {
  const [step, plain] = [
    buildStepGraph(model, options),
    buildStepGraph(model, { ...options, averageDecay: undefined }),
  ];
  const [averaged, without] = [(await train(step)).values, (await train(plain)).values];
  for (const name of Object.keys(without[0]!)) expect(averaged.at(-1)![name], name).toEqual(without.at(-1)![name]);
  for (const name of names) expect(inPlaceState(step), name).toContain(`${name}.average`);
  const [more, less] = [predictStepMemory(step), predictStepMemory(plain)].map(({ bytesByKind }) => bytesByKind);
  expect(more!.optimizerState - less!.optimizerState).toBe(3 * 4 * WIDTH);
});

test("while gradients are accumulated, averages wait for the update", async () => {
  const { values } = await train(buildStepGraph(model, { ...options, accumulate: 2 }));
  const averages = values.map((value) => floats(value["weight.average"]));
  expect(averages[1]).toEqual(averages[0]);
  expect(averages[2]).not.toEqual(averages[1]);
  expect(averages[3]).toEqual(averages[2]);
});

test("a renamed state reads and writes the averages in place of what they follow", async () => {
  const { state, values } = await train(buildStepGraph(model, options));
  const renamed = new RenamedState(state, new Map([["weight", "weight.average"]]));
  const last = values.at(-1)!;
  expect(await renamed.read(["weight", "bias"])).toEqual({ weight: last["weight.average"], bias: last["bias"] });
  renamed.write({ weight: zeros("float32", [WIDTH]) });
  expect((await state.read(["weight", "weight.average"]))["weight.average"]).toEqual(zeros("float32", [WIDTH]));
  expect((await state.read(["weight"]))["weight"]).toEqual(last["weight"]);
  state.dispose();
});

test("what is run before a step is the forward pass alone, on the step's own inputs", () => {
  const step = buildStepGraph((scope) => {
    const { g } = scope;
    const x = g.input("x", "float32", [BATCH, WIDTH]);
    const weight = scope.parameter("weight", [WIDTH], { kind: "constant", value: 2 });
    const scores = scope.dropout(g.mul(x, weight), 0.5);
    const chosen = g.input("chosen", "int64", [BATCH]);
    const picked = g.gatherElements(scores, g.unsqueeze(chosen, [1]), 1);
    return { loss: g.reduceMean(picked, [0, 1]), reports: { scores }, assignment: { scores } };
  }, options);
  const { assignment, graph } = step;
  const fed = new Set(assignment!.nodes.flatMap(({ inputs }) => inputs));
  expect(assignment!.inputs.map(({ name }) => name).filter((name) => fed.has(name))).toEqual([
    "x",
    "weight",
    "dropout.0",
  ]);
  expect(assignment!.outputs.map(({ name }) => name)).toEqual(["scores"]);
  expect(assignment!.nodes.length).toBeLessThan(graph.nodes.length / 4);
  const [withIt, without] = [step, { ...step, assignment: undefined }].map((s) => predictStepMemory(s).peakBytes);
  expect(withIt! - without!).toBeGreaterThanOrEqual(4 * BATCH * WIDTH);
});

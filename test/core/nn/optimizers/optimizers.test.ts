import { describe, expect, test } from "vitest";
import { interpret } from "../../../../src/core/graph/interpret";
import { numbersOf, tensor, zeros, type Tensor } from "../../../../src/core/graph/tensor";
import { OptimizerConfig } from "../../../../src/core/nn/optimizers/optimizer";
import { normal } from "../../../../src/core/nn/random";
import { buildStepGraph } from "../../../../src/core/step/buildStepGraph";
import type { StepGraph } from "../../../../src/core/step/stepGraph";

const STEPS = 8;
const SIZE = 6;

const numbers = (stream: string, step = 0): number[] => Array.from(normal({ seed: 3, stream, step }, SIZE));
const row = (values: readonly number[]): Tensor => tensor("float32", [SIZE], values);

/** A step whose loss Σ p ⊙ c has the given gradient c. */
function givenGradients(config: unknown, gradientClip?: number, accumulate?: number): StepGraph {
  return buildStepGraph(
    (scope) => {
      const pull = (name: string) => {
        const parameter = scope.parameter(name, [SIZE], { kind: "constant", value: 0 });
        return scope.g.mul(parameter, scope.g.input(`gradient.${name}`, "float32", [SIZE]));
      };
      const { g } = scope;
      return { loss: g.reduceSum(g.add(pull("layer.weight"), pull("layer.bias")), [0]), reports: {} };
    },
    {
      optimizer: OptimizerConfig.parse(config),
      schedule: { name: "constant" },
      length: { stepsPerEpoch: STEPS, totalSteps: STEPS },
      gradientClip,
      accumulate,
    },
  );
}

const names = ["layer.weight", "layer.bias"] as const;

/** Runs the step graph in double precision; returns parameters after each step and the reports. */
function run(step: StepGraph) {
  let state: Record<string, Tensor> = {};
  for (const { input } of step.state) {
    const { dtype, shape } = step.graph.inputs.find(({ name }) => name === input)!;
    state[input] = zeros(dtype, shape as number[]);
  }
  for (const name of names) state[name] = row(numbers(name));
  return Array.from({ length: STEPS }, (_, index) => {
    const gradientFeeds = Object.fromEntries(
      names.map((name) => [`gradient.${name}`, row(numbers(`g.${name}`, index))]),
    );
    const feeds = { ...state, ...gradientFeeds, step: tensor("int64", [], [index]) };
    const outputs = interpret(step.graph, feeds, { floats: "float64" });
    state = Object.fromEntries(step.state.map(({ input, output }) => [input, outputs[output]!]));
    return { state, outputs };
  });
}

type Rule = (
  parameter: number,
  gradient: number,
  memory: { m: number; v: number },
  count: number,
  name: string,
) => number;

/** The textbook form, element by element. */
function replay(
  rule: Rule,
  scale: (gradients: Record<string, number[]>) => number = () => 1,
): Record<string, number[]>[] {
  const parameters: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, numbers(name)]));
  const memories = Object.fromEntries(
    names.map((name) => [name, Array.from({ length: SIZE }, () => ({ m: 0, v: 0 }))]),
  );
  return Array.from({ length: STEPS }, (_, index) => {
    const all = Object.fromEntries(names.map((name) => [name, numbers(`g.${name}`, index)]));
    const factor = scale(all);
    for (const name of names)
      parameters[name] = parameters[name]!.map((value, at) =>
        rule(value, factor * all[name]![at]!, memories[name]![at]!, index + 1, name),
      );
    return { ...parameters };
  });
}

function expectSame(step: StepGraph, wanted: Record<string, number[]>[], digits = 6): void {
  run(step).forEach(({ state }, index) => {
    for (const name of names)
      numbersOf(state[name]!).forEach((value, at) =>
        expect(value, `${name} step ${index}`).toBeCloseTo(wanted[index]![name]![at]!, digits),
      );
  });
}

const adamw =
  (lr: number, beta1: number, beta2: number, epsilon: number, decay: (name: string) => number): Rule =>
  (parameter, gradient, memory, count, name) => {
    const shrunk = parameter * (1 - lr * decay(name));
    memory.m = beta1 * memory.m + (1 - beta1) * gradient;
    memory.v = beta2 * memory.v + (1 - beta2) * gradient * gradient;
    const denominator = Math.sqrt(memory.v) / Math.sqrt(1 - beta2 ** count) + epsilon;
    return shrunk - ((lr / (1 - beta1 ** count)) * memory.m) / denominator;
  };

const adamwAt = (lr: number): Rule => adamw(lr, 0.9, 0.999, 1e-3, () => 0.1);
const momentumAt =
  (lr: number): Rule =>
  (parameter, gradient, memory) => {
    memory.m = 0.9 * memory.m + gradient;
    return parameter - lr * memory.m;
  };
const bertAdamAt =
  (lr: number): Rule =>
  (parameter, gradient, memory) => {
    memory.m = 0.9 * memory.m + 0.1 * gradient;
    memory.v = 0.98 * memory.v + 0.02 * gradient ** 2;
    return parameter - lr * (memory.m / (Math.sqrt(memory.v) + 1e-6) + 0.1 * parameter);
  };

const norm = (gradients: Record<string, number[]>): number => Math.hypot(...Object.values(gradients).flat());

describe("AdamW", () => {
  test("follows the textbook form step by step", () => {
    const config = { name: "adamw", learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.1 };
    expectSame(givenGradients(config), replay(adamw(0.05, 0.8, 0.95, 1e-3, () => 0.1)));
  });

  test("decays nothing that noDecay names", () => {
    const config = { name: "adamw", learningRate: 0.05, weightDecay: 0.5, noDecay: ["bias"] };
    expectSame(
      givenGradients(config),
      replay(adamw(0.05, 0.9, 0.999, 1e-8, (name) => (name.includes("bias") ? 0 : 0.5))),
    );
  });

  test("clips by the norm of all gradients together", () => {
    const config = { name: "adamw", learningRate: 0.05, epsilon: 1e-2, weightDecay: 0 };
    expectSame(
      givenGradients(config, 0.5),
      replay(
        adamw(0.05, 0.9, 0.999, 1e-2, () => 0),
        (all) => Math.min(1, 0.5 / (norm(all) + 1e-6)),
      ),
    );
  });

  test("leaves a short gradient as it is and reports its norm", () => {
    const config = { name: "adamw", learningRate: 0.05, epsilon: 1e-2, weightDecay: 0 };
    const step = givenGradients(config, 100);
    expectSame(step, replay(adamw(0.05, 0.9, 0.999, 1e-2, () => 0)));
    run(step).forEach(({ outputs }, index) => {
      const all = Object.fromEntries(names.map((name) => [name, numbers(`g.${name}`, index)]));
      expect(numbersOf(outputs["gradientNorm"]!)[0]).toBeCloseTo(norm(all), 6);
    });
  });

  test("makes a first step of the size of the learning rate, though 1 − β₂ is tiny", () => {
    const [first] = run(givenGradients({ name: "adamw", learningRate: 0.01, beta2: 0.999999, weightDecay: 0 }));
    names.forEach((name) => {
      const before = numbers(name);
      numbersOf(first!.state[name]!).forEach((value, at) => expect(Math.abs(value - before[at]!)).toBeCloseTo(0.01, 7));
    });
  });
});

describe("AdamW as in transformers", () => {
  test("adds epsilon to the uncorrected root and decays after the step", () => {
    const config = { name: "adamw", form: "transformers", learningRate: 0.05, epsilon: 0.1, weightDecay: 0.3 };
    const rule: Rule = (parameter, gradient, memory, count) => {
      memory.m = 0.9 * memory.m + 0.1 * gradient;
      memory.v = 0.999 * memory.v + 0.001 * gradient ** 2;
      const stepSize = (0.05 * Math.sqrt(1 - 0.999 ** count)) / (1 - 0.9 ** count);
      const moved = parameter - (stepSize * memory.m) / (Math.sqrt(memory.v) + 0.1);
      return moved - 0.05 * 0.3 * moved;
    };
    expectSame(givenGradients(config), replay(rule));
  });
});

describe("BertAdam", () => {
  const bertAdam =
    (decay: (name: string) => number): Rule =>
    (parameter, gradient, memory, _, name) => {
      memory.m = 0.9 * memory.m + 0.1 * gradient;
      memory.v = 0.98 * memory.v + 0.02 * gradient ** 2;
      return parameter - 0.05 * (memory.m / (Math.sqrt(memory.v) + 1e-6) + decay(name) * parameter);
    };
  const decay = (name: string): number => (name.includes("bias") ? 0 : 0.2);

  test("corrects no moment, and decays no bias, by default", () => {
    const config = { name: "bert-adam", learningRate: 0.05, tensorClip: null };
    expectSame(givenGradients(config), replay(bertAdam(decay)));
  });

  test("clips tensor by tensor, after the global norm", () => {
    const config = { name: "bert-adam", learningRate: 0.05, tensorClip: 0.4 };
    const clipped: Record<string, number[]>[] = Array.from({ length: STEPS }, (_, index) => {
      const all = Object.fromEntries(names.map((name) => [name, numbers(`g.${name}`, index)]));
      const global = Math.min(1, 1.5 / (norm(all) + 1e-6));
      return Object.fromEntries(
        names.map((name) => {
          const gradient = all[name]!.map((value) => value * global);
          const own = Math.min(1, 0.4 / (Math.hypot(...gradient) + 1e-6));
          return [name, gradient.map((value) => value * own)];
        }),
      );
    });
    let parameters = Object.fromEntries(names.map((name) => [name, numbers(name)]));
    const memories = Object.fromEntries(names.map((name) => [name, numbers(name).map(() => ({ m: 0, v: 0 }))]));
    const wanted = clipped.map((gradients, index) => {
      parameters = Object.fromEntries(
        names.map((name) => [
          name,
          parameters[name]!.map((value, at) =>
            bertAdam(decay)(value, gradients[name]![at]!, memories[name]![at]!, index + 1, name),
          ),
        ]),
      );
      return parameters;
    });
    expectSame(givenGradients(config, 1.5), wanted);
  });
});

describe("groups of parameters", () => {
  test.each([
    ["adamw", { weightDecay: 0.1, epsilon: 1e-3 }, adamwAt],
    ["sgd", { momentum: 0.9 }, momentumAt],
    ["bert-adam", { tensorClip: null, weightDecay: 0.1 }, bertAdamAt],
  ] as const)("%s: a learning rate of their own, decay included", (name, more, ruleAt) => {
    const groups = [{ contains: ["bias", "head"], learningRateFactor: 0.25 }];
    const step = givenGradients({ name, learningRate: 0.08, groups, noDecay: [], ...more });
    const rules = { "layer.weight": ruleAt(0.08), "layer.bias": ruleAt(0.02) };
    expectSame(
      step,
      replay((value, gradient, memory, count, parameter) =>
        rules[parameter as keyof typeof rules](value, gradient, memory, count, parameter),
      ),
    );
  });

  test("a factor of 0 keeps them as they are", () => {
    const groups = [{ contains: ["weight"], learningRateFactor: 0 }];
    const last = run(givenGradients({ name: "adamw", groups, weightDecay: 0.5 })).at(-1)!;
    expect(numbersOf(last.state["layer.weight"]!)).toEqual(numbersOf(row(numbers("layer.weight"))));
    expect(numbersOf(last.state["layer.bias"]!)).not.toEqual(numbersOf(row(numbers("layer.bias"))));
  });
});

describe("accumulation", () => {
  test("updates after every second step, with the mean of both gradients", () => {
    const config = { name: "adamw", learningRate: 0.05, epsilon: 1e-2, weightDecay: 0.1 };
    const rule = adamw(0.05, 0.9, 0.999, 1e-2, () => 0.1);
    const means = (index: number, name: string): number[] =>
      numbers(`g.${name}`, index).map((value, at) => (value + numbers(`g.${name}`, index + 1)[at]!) / 2);
    let parameters = Object.fromEntries(names.map((name) => [name, numbers(name)]));
    const memories = Object.fromEntries(names.map((name) => [name, numbers(name).map(() => ({ m: 0, v: 0 }))]));
    const wanted: Record<string, number[]>[] = [];
    for (let index = 0; index < STEPS; index += 2) {
      const clip = Math.min(
        1,
        0.6 / (norm(Object.fromEntries(names.map((name) => [name, means(index, name)]))) + 1e-6),
      );
      const before = parameters;
      parameters = Object.fromEntries(
        names.map((name) => [
          name,
          before[name]!.map((value, at) =>
            rule(value, clip * means(index, name)[at]!, memories[name]![at]!, index / 2 + 1, name),
          ),
        ]),
      );
      wanted.push(before, parameters);
    }
    expectSame(givenGradients(config, 0.6, 2), wanted);
  });
});

describe("SGD", () => {
  const sgd =
    (lr: number, momentum: number, nesterov: boolean, decay: number): Rule =>
    (parameter, gradient, memory, count) => {
      const direction = gradient + decay * parameter;
      memory.m = count === 1 ? direction : momentum * memory.m + direction;
      return parameter - lr * (nesterov ? direction + momentum * memory.m : memory.m);
    };

  test("without momentum keeps no state", () => {
    const step = givenGradients({ name: "sgd", learningRate: 0.1 });
    expect(step.state.filter(({ kind }) => kind === "moment")).toEqual([]);
    expectSame(step, replay(sgd(0.1, 0, false, 0)));
  });

  test("with momentum and decay", () => {
    expectSame(
      givenGradients({ name: "sgd", learningRate: 0.1, momentum: 0.9, weightDecay: 0.2 }),
      replay(sgd(0.1, 0.9, false, 0.2)),
    );
  });

  test("with Nesterov's look-ahead", () => {
    expectSame(
      givenGradients({ name: "sgd", learningRate: 0.1, momentum: 0.7, nesterov: true }),
      replay(sgd(0.1, 0.7, true, 0)),
    );
  });
});

describe("configuration", () => {
  test("fills in PyTorch's defaults", () => {
    expect(OptimizerConfig.parse({ name: "adamw" })).toEqual({
      name: "adamw",
      learningRate: 1e-3,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0.01,
      noDecay: [],
    });
  });

  test("rejects unknown optimizers and keys", () => {
    expect(OptimizerConfig.safeParse({ name: "adam" }).success).toBe(false);
    expect(OptimizerConfig.safeParse({ name: "sgd", beta1: 0.9 }).success).toBe(false);
    expect(OptimizerConfig.safeParse({ name: "adamw", learningRate: -1 }).success).toBe(false);
  });
});

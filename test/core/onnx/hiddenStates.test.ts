import { describe, expect, test } from "vitest";
import type { Graph } from "../../../src/core/graph/graph";
import { int, ints } from "../../../src/core/graph/graph";
import type { Value } from "../../../src/core/graph/graphBuilder";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import { type Shape, zeros } from "../../../src/core/graph/tensor";
import { findHiddenStates } from "../../../src/core/onnx/hiddenStates";

/** A network under construction, with the values that ought to be found. */
class Sketch {
  readonly g = new OpBuilder();
  readonly stream: Value[] = [];

  weight(...shape: number[]): Value {
    return this.g.initializer(`w${this.g.nodes.length}_${shape.join("x")}_${this.#count++}`, zeros("float32", shape));
  }

  linear(x: Value, width: number): Value {
    return this.g.add(this.g.matMul(x, this.weight(x.shape.at(-1)!, width)), this.weight(width));
  }

  norm(x: Value): Value {
    const width = x.shape.at(-1)!;
    return this.g.layerNormalization(x, this.weight(width), this.weight(width), 1e-5);
  }

  /** One head over the second to last axis. */
  attention(x: Value): Value {
    const [query, key, value] = [1, 2, 3].map(() => this.linear(x, x.shape.at(-1)!)) as [Value, Value, Value];
    return this.linear(
      this.g.matMul(this.g.softmax(this.g.matMul(query, this.g.swapLast(key))), value),
      x.shape.at(-1)!,
    );
  }

  perceptron(x: Value): Value {
    return this.linear(this.g.relu(this.linear(x, 2 * x.shape.at(-1)!)), x.shape.at(-1)!);
  }

  conv(x: Value, channels: number, kernel: number, stride = 1, group = 1): Value {
    const pad = (kernel - 1) / 2;
    const weight = this.weight(channels, x.shape[1]! / group, kernel, kernel);
    return this.g.op("Conv", [x, weight, this.weight(channels)], {
      kernel_shape: ints([kernel, kernel]),
      strides: ints([stride, stride]),
      pads: ints([pad, pad, pad, pad]),
      group: int(group),
    });
  }

  /** Marks a value that is part of the hidden states. */
  tap(x: Value): Value {
    this.stream.push(x);
    return x;
  }

  finish(output: Value): Graph {
    this.g.output("y", output);
    return this.g.build();
  }

  #count = 0;
}

function found(graph: Graph): { value: string; layout: string }[] {
  return findHiddenStates(graph).map(({ value, layout }) => ({ value, layout }));
}

function expected(sketch: Sketch, layout: string): { value: string; layout: string }[] {
  return sketch.stream.map(({ name }) => ({ value: name, layout }));
}

const image: Shape = [2, 3, 32, 32];

describe("findHiddenStates", () => {
  test("blocks whose attention and perceptron work side by side", () => {
    const s = new Sketch();
    let x = s.tap(s.linear(s.g.input("x", "float32", [2, 5, 6]), 8));
    for (let block = 0; block < 3; block++) {
      const [a, b] = [s.attention(s.norm(x)), s.perceptron(s.norm(x))];
      x = s.tap(block % 2 === 0 ? s.g.add(s.g.add(a, b), x) : s.g.add(s.g.add(x, a), b));
    }
    expect(found(s.finish(s.norm(x)))).toEqual(expected(s, "tokens"));
  });

  test("blocks of four parts, as a conformer has them", () => {
    const s = new Sketch();
    let x = s.tap(s.linear(s.g.input("x", "float32", [2, 5, 6]), 8));
    for (let block = 0; block < 2; block++) {
      x = s.g.add(x, s.perceptron(s.norm(x)));
      x = s.g.add(x, s.attention(s.norm(x)));
      x = s.g.add(x, s.g.tanh(s.linear(s.norm(x), 8)));
      x = s.tap(s.norm(s.g.add(x, s.perceptron(s.norm(x)))));
    }
    expect(found(s.finish(s.linear(x, 4)))).toEqual(expected(s, "tokens"));
  });

  test("no attention at all: tokens and channels mixed in turn", () => {
    const s = new Sketch();
    let x = s.tap(s.linear(s.g.input("x", "float32", [2, 5, 6]), 8));
    for (let block = 0; block < 3; block++) {
      x = s.g.add(x, s.g.swapLast(s.perceptron(s.g.swapLast(s.norm(x)))));
      x = s.tap(s.g.add(x, s.perceptron(s.norm(x))));
    }
    expect(found(s.finish(s.g.reduceMean(s.norm(x), [1])))).toEqual(expected(s, "tokens"));
  });

  test("tokens before samples are told from samples before tokens", () => {
    const s = new Sketch();
    let x = s.tap(s.g.transpose(s.linear(s.g.input("x", "float32", [2, 5, 6]), 8), [1, 0, 2]));
    for (let block = 0; block < 2; block++) {
      const rows = s.g.transpose(s.norm(x), [1, 0, 2]);
      x = s.g.add(x, s.g.transpose(s.attention(rows), [1, 0, 2]));
      x = s.tap(s.g.add(x, s.perceptron(s.norm(x))));
    }
    const graph = s.finish(s.norm(x));
    expect(found(graph)).toEqual(expected(s, "sequence-first-tokens"));
    const free = { ...graph, inputs: [{ name: "x", dtype: "float32" as const, shape: ["batch", 5, 6] }] };
    const [first] = findHiddenStates(free);
    expect(first).toMatchObject({ shape: [5, "batch", 8], layout: "sequence-first-tokens" });
  });

  test("a file that already hands out every hidden state", () => {
    const s = new Sketch();
    let x = s.tap(s.linear(s.g.input("x", "float32", [2, 5, 6]), 8));
    for (let block = 0; block < 3; block++) {
      x = s.g.add(x, s.attention(s.norm(x)));
      x = s.tap(s.g.add(x, s.perceptron(s.norm(x))));
    }
    s.stream.forEach((value, index) => s.g.output(`hidden.${index}`, value));
    // An output and the value it names are one.
    expect(found(s.finish(s.norm(x))).map(({ value }) => value)).toEqual(
      [0, 1, 2, 3].map((index) => `hidden.${index}`),
    );
  });

  test("two networks in one file are told apart by input", () => {
    const s = new Sketch();
    const tower = (name: string, blocks: number, tap: boolean): Value => {
      let x = s.linear(s.g.input(name, "float32", [2, 5, 6]), 8);
      if (tap) s.tap(x);
      for (let block = 0; block < blocks; block++) {
        x = s.g.add(x, s.attention(s.norm(x)));
        x = s.g.add(x, s.perceptron(s.norm(x)));
        if (tap) s.tap(x);
      }
      return s.g.reduceMean(s.norm(x), [1]);
    };
    const graph = s.finish(s.g.mul(tower("long", 3, false), tower("short", 2, true)));
    expect(findHiddenStates(graph)).toHaveLength(4);
    expect(findHiddenStates(graph, { input: "short" }).map(({ value }) => value)).toEqual(
      s.stream.map(({ name }) => name),
    );
  });

  test.each([false, true])("inverted residuals, most without a shortcut, block by block (bias apart: %s)", (apart) => {
    const s = new Sketch();
    const shifted = (x: Value): Value => (apart ? s.g.add(x, s.weight(1, x.shape[1]!, 1, 1)) : x);
    let x = s.tap(s.g.relu(s.conv(s.g.input("x", "float32", image), 8, 3, 2)));
    for (const [channels, stride] of [
      [8, 1],
      [12, 2],
      [12, 1],
      [16, 2],
    ] as const) {
      const wide = s.g.relu(s.conv(x, 4 * channels, 1));
      const narrow = shifted(s.conv(s.g.relu(s.conv(wide, 4 * channels, 3, stride, 4 * channels)), channels, 1));
      x = s.tap(narrow.shape.join() === x.shape.join() ? s.g.add(x, narrow) : narrow);
    }
    const last = s.g.relu(s.conv(x, 32, 1));
    expect(found(s.finish(s.g.reduceMean(last, [2, 3])))).toEqual(expected(s, "grid"));
  });

  test("a pyramid of residual stages: the stem, then the last block of each", () => {
    const s = new Sketch();
    let x = s.tap(s.g.relu(s.conv(s.g.input("x", "float32", image), 8, 3, 2)));
    for (const [stage, channels] of [8, 16, 24].entries()) {
      for (let block = 0; block < 2; block++) {
        const stride = block === 0 && stage > 0 ? 2 : 1;
        const branch = s.conv(s.g.relu(s.conv(x, channels, 3, stride)), channels, 3);
        const shortcut = branch.shape.join() === x.shape.join() ? x : s.conv(x, channels, 1, stride);
        x = s.g.relu(s.g.add(branch, shortcut));
      }
      s.tap(x);
    }
    expect(found(s.finish(s.linear(s.g.reduceMean(x, [2, 3]), 10)))).toEqual(expected(s, "grid"));
  });

  test("growing feature maps: the end of each dense block", () => {
    const s = new Sketch();
    let x = s.tap(s.g.relu(s.conv(s.g.input("x", "float32", image), 8, 3, 2)));
    for (let stage = 0; stage < 3; stage++) {
      for (let layer = 0; layer < 3; layer++) x = s.g.concat([x, s.conv(s.g.relu(x), 4, 3)], 1);
      s.tap(x);
      x = s.conv(s.g.relu(x), 8, 3, 2);
    }
    expect(found(s.finish(s.g.reduceMean(x, [2, 3])))).toEqual(expected(s, "grid"));
  });

  test("a plain chain of convolutions: the last map of each resolution", () => {
    const s = new Sketch();
    let x = s.g.input("x", "float32", image);
    for (const channels of [8, 16, 24]) {
      for (let layer = 0; layer < 2; layer++) x = s.g.relu(s.conv(x, channels, 3));
      s.tap(x);
      x = s.g.op("MaxPool", [x], { kernel_shape: ints([2, 2]), strides: ints([2, 2]) });
    }
    expect(found(s.finish(s.g.reduceMean(x, [2, 3])))).toEqual(expected(s, "grid"));
  });

  test("grids with channels last are named so", () => {
    const s = new Sketch();
    let x = s.tap(s.g.transpose(s.conv(s.g.input("x", "float32", image), 8, 3, 2), [0, 2, 3, 1]));
    for (let block = 0; block < 2; block++) {
      const rows = s.g.reshape(s.norm(x), [2, 256, 8]);
      x = s.g.add(x, s.g.reshape(s.attention(rows), [2, 16, 16, 8]));
      x = s.tap(s.g.add(x, s.perceptron(s.norm(x))));
    }
    expect(found(s.finish(s.g.reduceMean(s.norm(x), [1, 2])))).toEqual(expected(s, "channels-last-grid"));
  });

  test("a network without any stream has none", () => {
    const s = new Sketch();
    expect(found(s.finish(s.perceptron(s.g.input("x", "float32", [2, 6]))))).toEqual([]);
  });

  test("language models end behind the final norm, encoders of one vector per text in front of it", () => {
    const build = (pooled: boolean): { sketch: Sketch; graph: Graph } => {
      const s = new Sketch();
      const ids = s.g.input("ids", "int64", [2, 5]);
      let x = s.tap(s.g.gather(s.weight(20, 8), ids));
      for (let block = 0; block < 2; block++) {
        x = s.g.add(x, s.attention(s.norm(x)));
        x = s.g.add(x, s.perceptron(s.norm(x)));
        if (block === 0 || pooled) s.tap(x);
      }
      const normed = s.norm(x);
      if (!pooled) s.tap(normed);
      else s.g.output("embedding", s.linear(s.g.reduceMean(normed, [1]), 4));
      return { sketch: s, graph: s.finish(s.linear(normed, 20)) };
    };
    for (const pooled of [true, false]) {
      const { sketch, graph } = build(pooled);
      expect(found(graph)).toEqual(expected(sketch, "tokens"));
    }
  });
});

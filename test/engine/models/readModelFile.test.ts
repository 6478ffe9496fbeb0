import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../../src/core/errors";
import { isExternal } from "../../../src/core/graph/graph";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import { fromData, numbersOf, tensor } from "../../../src/core/graph/tensor";
import { encodeModel } from "../../../src/core/onnx/encodeModel";
import { encodeMessage } from "../../../src/core/onnx/wire/encodeMessage";
import { modelSchema } from "../../../src/core/onnx/wire/onnxMessages";
import { readModelFile } from "../../../src/engine/models/readModelFile";
import { OrtExecutor } from "../../../src/engine/ort/ortExecutor";
import { emptyTensor } from "../../support/rawModel";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "unipt-models-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const width = 160;
const weight = fromData(
  "float32",
  [width, width],
  Float32Array.from({ length: width * width }, (_, i) => Math.sin(i)),
);
const x = fromData(
  "float32",
  [1, width],
  Float32Array.from({ length: width }, (_, i) => Math.cos(i)),
);

/** y = x W, W large enough to stay in its file. */
function product(): Uint8Array {
  const g = new OpBuilder("product");
  g.output("y", g.matMul(g.input("x", "float32", [1, width]), g.initializer("w", weight)));
  return encodeModel(g.build());
}

/** The same with W in a file of its own. */
function externalProduct(location: string, offset = 0, length = width * width * 4): Uint8Array {
  const entries = { location, offset: String(offset), length: String(length) };
  const dim = [{ dimValue: 1 }, { dimValue: width }];
  return encodeMessage(modelSchema, {
    irVersion: 9,
    opsetImport: [{ version: 20 }],
    functions: [],
    graph: {
      node: [{ input: ["x", "w"], output: ["y"], opType: "MatMul", attribute: [] }],
      initializer: [
        {
          ...emptyTensor,
          name: "w",
          dims: [width, width],
          dataType: 1,
          externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
          dataLocation: 1,
        },
      ],
      input: [{ name: "x", type: { tensorType: { elemType: 1, shape: { dim } } } }],
      output: [{ name: "y" }],
      valueInfo: [],
      sparseInitializer: [],
    },
  });
}

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

const weightBytes = new Uint8Array(weight.data.buffer);

async function run(path: string): Promise<number[]> {
  const { graph } = await readModelFile(path);
  const program = await new OrtExecutor({ threads: 1 }).prepare(graph);
  const { y } = await program.run({ x });
  await program.dispose();
  return numbersOf(y!);
}

function expectProduct(values: readonly number[]): void {
  for (let column = 0; column < width; column += 37) {
    let sum = 0;
    for (let row = 0; row < width; row++) sum += x.data[row]! * weight.data[row * width + column]!;
    expect(values[column]).toBeCloseTo(sum, 4);
  }
}

describe("readModelFile", () => {
  test("leaves weights in the model file, from where ONNX Runtime reads them", async () => {
    const path = write("inside/model.onnx", product());
    const { graph } = await readModelFile(path);
    expect(isExternal(graph.initializers.get("w")!)).toBe(true);
    expectProduct(await run(path));
  });

  test("understands external data beside the model", async () => {
    write("beside/weights.bin", Uint8Array.from([...Array<number>(64).fill(7), ...weightBytes]));
    expectProduct(await run(write("beside/model.onnx", externalProduct("weights.bin", 64))));
  });

  test("composes weights of several folders under their common one", async () => {
    const paths = ["left/a.onnx", "right/deep/b.onnx"].map((name) => write(name, product()));
    const [left, right] = await Promise.all(paths.map(async (path) => (await readModelFile(path)).graph));
    const g = new OpBuilder("both");
    const input = g.input("x", "float32", [1, width]);
    const a = g.inline(left!, { x: input }, "a").get("y")!;
    g.output("y", g.sub(g.inline(right!, { x: input }, "b").get("y")!, g.mul(a, g.scalar(2))));
    const program = await new OrtExecutor({ threads: 1 }).prepare(g.build());
    const { y } = await program.run({ x });
    await program.dispose();
    expectProduct(numbersOf(y!).map((value) => -value));
  });

  test("follows the links of a download cache, all files of which are links", async () => {
    const model = write("cache/blobs/1111", externalProduct("weights.bin"));
    const data = write("cache/blobs/2222", weightBytes);
    mkdirSync(join(folder, "cache/snapshot"));
    symlinkSync(model, join(folder, "cache/snapshot/model.onnx"));
    symlinkSync(data, join(folder, "cache/snapshot/weights.bin"));
    expectProduct(await run(join(folder, "cache/snapshot/model.onnx")));
  });

  test("refuses a link beside a model that is none", async () => {
    const path = write("linked/model.onnx", externalProduct("weights.bin"));
    symlinkSync(write("elsewhere/secret", weightBytes), join(folder, "linked/weights.bin"));
    await expect(readModelFile(path)).rejects.toThrow(/are a link; put the file itself beside the model/);
  });

  test("hard links are files like any other", async () => {
    const path = write("hard/model.onnx", externalProduct("weights.bin"));
    linkSync(write("hard/original.bin", weightBytes), join(folder, "hard/weights.bin"));
    expectProduct(await run(path));
  });

  const broken: readonly [string, () => string, RegExp][] = [
    ["a missing file", () => join(folder, "none.onnx"), /cannot be read; check that the file exists/],
    ["a folder", () => folder, /is not a file/],
    [
      "missing weights",
      () => write("lost/model.onnx", externalProduct("gone.bin")),
      /cannot be read; put that file beside/,
    ],
    [
      "weights that are cut off",
      () => {
        write("cut/weights.bin", weightBytes.subarray(0, 5000));
        return write("cut/model.onnx", externalProduct("weights.bin"));
      },
      /holds 5000 bytes, but the weights of "w" end at byte 102400; it is cut off/,
    ],
    [
      "a wrong length",
      () => write("wrong/model.onnx", externalProduct("weights.bin", 0, 12)),
      /needs 102400 bytes, but the file gives it 12/,
    ],
    ["a truncated model", () => write("short.onnx", product().subarray(0, 9000)), /reaches beyond the end.*truncated/],
  ];
  for (const [note, path, message] of broken) {
    test(`explains ${note}`, async () => {
      const wanted = path();
      await expect(readModelFile(wanted)).rejects.toThrow(message);
      await expect(readModelFile(wanted)).rejects.toThrow(UserError);
    });
  }

  test("reads the structure of a file of 3 GiB at once", async () => {
    // The header of an initializer of 3 GiB at the end of the file, then nothing but a hole. Protobuf libraries stop at 2 GiB.
    const size = 3 * 2 ** 30;
    const start = product();
    const header = [0x08, ...varint(size / 4), 0x10, 1, 0x42, 3, ...Buffer.from("big"), 0x4a, ...varint(size)];
    const tensorField = [0x2a, ...varint(header.length + size), ...header];
    const path = write(
      "big.onnx",
      Uint8Array.from([...start, 0x3a, ...varint(tensorField.length + size), ...tensorField]),
    );
    truncateSync(path, start.length + 1 + varint(tensorField.length + size).length + tensorField.length + size);
    const { graph } = await readModelFile(path);
    expect(graph.initializers.get("big")).toMatchObject({ shape: [size / 4], location: { length: size } });
    expect(graph.initializers.get("w")).toMatchObject({ shape: [width, width] });
  });
});

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 0x80);
  }
}

test("small tensors are read, so that shapes can be computed", async () => {
  const g = new OpBuilder("reshape");
  g.output("y", g.reshape(g.input("x", "float32", [2, 3]), [3, 2]));
  const { graph } = await readModelFile(write("small.onnx", encodeModel(g.build())));
  expect([...graph.initializers.values()]).toEqual([tensor("int64", [2], [3, 2])]);
});

import { describe, expect, test } from "vitest";
import { Cancelled, UserError } from "../../../src/core/errors";
import type { Feeds } from "../../../src/core/graph/executor";
import { fromData, tensor } from "../../../src/core/graph/tensor";
import { collectPass, type PreparedPass } from "../../../src/engine/training/collectPass";
import { trainingStatistics } from "../../../src/engine/training/trainingStatistics";

/** A pass whose program returns the rows it is fed, in batches of `batchSize`. */
function passOver(rows: readonly (readonly number[])[], batchSize: number): PreparedPass & { batches: number[][] } {
  const width = rows[0]!.length;
  const batches: number[][] = [];
  return {
    batches,
    batchSize,
    needed: new Set(["x"]),
    pass: {
      name: "rows",
      itemCount: () => rows.length,
      build: () => ({}),
      read: (_split, items) => {
        batches.push([...items]);
        return Promise.resolve({
          x: tensor(
            "float32",
            [items.length, width],
            [...items].flatMap((i) => rows[i]!),
          ),
        });
      },
      describe: (_split, item) => `item ${item}`,
    },
    program: { run: ({ x }: Feeds) => Promise.resolve({ out: x! }), dispose: () => Promise.resolve() },
  };
}

const spec = { meanBuffer: "m", deviationBuffer: "d", output: "out" };

describe("trainingStatistics", () => {
  test("gives mean and population standard deviation, rows of an incomplete last batch counted once", async () => {
    const rows = [
      [1, 10],
      [2, 10],
      [3, 10],
      [4, 10],
      [10, 10],
    ];
    const { m, d } = await trainingStatistics(passOver(rows, 2), [spec]);
    expect(m).toEqual(tensor("float32", [2], [4, 10]));
    expect(d).toEqual(tensor("float32", [2], [Math.sqrt((9 + 4 + 1 + 0 + 36) / 5), 0]));
  });

  test("keeps the deviation of values far from zero", async () => {
    const rows = Array.from({ length: 1000 }, (_, i) => [1e6 + (i % 2)]);
    const { d } = await trainingStatistics(passOver(rows, 7), [spec]);
    expect(d!.data[0]).toBeCloseTo(0.5, 6);
  });

  test("names the item that holds a NaN", async () => {
    const rows = [[1], [2], [NaN], [4]];
    await expect(trainingStatistics(passOver(rows, 2), [spec])).rejects.toThrow(UserError);
    await expect(trainingStatistics(passOver(rows, 2), [spec])).rejects.toThrow(
      /item 2 hold a value that is not a finite number/,
    );
  });
});

describe("collectPass", () => {
  test("covers the whole split in batches of one size, the last filled up with its last item", async () => {
    const pass = passOver([[0], [1], [2], [3], [4]], 2);
    const { out } = await collectPass(pass, "test");
    expect(out).toEqual(fromData("float32", [5, 1], Float32Array.of(0, 1, 2, 3, 4)));
    expect(pass.batches).toEqual([
      [0, 1],
      [2, 3],
      [4, 4],
    ]);
  });

  test("stops between batches when asked to", async () => {
    const stopping = new AbortController();
    const pass = passOver([[0], [1], [2]], 1);
    stopping.abort();
    await expect(collectPass(pass, "val", stopping.signal)).rejects.toThrow(Cancelled);
    expect(pass.batches).toEqual([]);
  });
});

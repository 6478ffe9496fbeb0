import { expect, test } from "vitest";
import { PreprocessingConfig, preprocessingPresetNames } from "../../../src/core/datasets/preprocessing";

test("a preset brings every setting, and own settings stand in their place", () => {
  const config = PreprocessingConfig.parse({ preset: "mdetr", resizeTo: 400 });
  expect(config).toMatchObject({ size: [1333, 1333], resizeTo: 400, padPosition: "end", kernel: "bilinear" });
  expect(config).not.toHaveProperty("preset");
});

test.each(preprocessingPresetNames)("what %s becomes, and is recorded as, is read as itself", (preset) => {
  const config = PreprocessingConfig.parse({ preset });
  expect(PreprocessingConfig.parse(JSON.parse(JSON.stringify(config)))).toEqual(config);
  expect(config.orientation).toBe("as-stored");
  expect(config.scale).toBe(1 / 255);
});

test("without a preset the size is needed", () => {
  const { error } = PreprocessingConfig.safeParse({ resize: "pad" });
  expect(error?.issues).toMatchObject([{ path: ["size"], message: expect.stringContaining('"preset"') as string }]);
  expect(PreprocessingConfig.safeParse({ preset: "clip" }).success).toBe(false);
});

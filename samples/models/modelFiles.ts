import { encodeModel } from "../../src/core/onnx/encodeModel";
import type { SampleFile } from "../manifest";
import { buildCenternet } from "./centernet";
import { buildUseLite } from "./useLite";
import { buildUseLiteTokenizer } from "./useLiteTokenizer";

/** The two backbones and the tokenizer of the text one, as every sample has them in its `models` folder. */
export function modelFiles(packagesFrom: string): SampleFile[] {
  return [
    { path: "models/centernet.onnx", make: async () => encodeModel(await buildCenternet(packagesFrom)) },
    { path: "models/use-lite.onnx", make: async () => encodeModel(await buildUseLite(packagesFrom)) },
    {
      path: "models/use-lite.tokenizer.json",
      make: async () => new TextEncoder().encode(JSON.stringify(await buildUseLiteTokenizer(packagesFrom))),
    },
  ];
}

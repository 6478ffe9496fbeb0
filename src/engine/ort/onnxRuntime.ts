import type * as Ort from "onnxruntime-node";

import { UserError } from "../../core/errors";

export type { Ort };

let loading: Promise<typeof Ort> | undefined;

/**
 * Loads the native runtime on first use, so that commands which run no graph neither wait for it nor need it.
 * @throws UserError when ONNX Runtime ships no binary for this platform.
 */
export function onnxRuntime(): Promise<typeof Ort> {
  loading ??= import("onnxruntime-node").catch((cause: unknown) => {
    loading = undefined;
    throw new UserError(
      `ONNX Runtime cannot be loaded on ${process.platform}-${process.arch}; supported are linux-x64, linux-arm64 ` +
        `(glibc 2.28 or newer), darwin-arm64, win32-x64 and win32-arm64. Run "npm install" again on such a machine.`,
      { cause },
    );
  });
  return loading;
}

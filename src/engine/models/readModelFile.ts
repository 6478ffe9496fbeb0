import { closeSync, fstatSync, lstatSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "../../core/errors";
import type { Graph, Initializer } from "../../core/graph/graph";
import { isExternal } from "../../core/graph/graph";
import { decodeModel, type OnnxModel } from "../../core/onnx/decodeModel";
import type { ByteSource } from "../../core/onnx/wire/byteSource";

/**
 * Reads the structure of an ONNX file of any size; weights above 64 KiB stay in their files, in the graph under their real
 * paths (links resolved), as ONNX Runtime demands when it opens them.
 * @throws UserError when the file is missing, is no ONNX model, or its weights are not all there
 */
export function readModelFile(path: string): Promise<OnnxModel> {
  return new Promise((done) => done(read(path)));
}

function read(path: string): OnnxModel {
  const absolute = resolve(path);
  const file = open(absolute, path);
  try {
    if (!fstatSync(file).isFile()) throw new UserError(`"${path}" is not a file; give the path of an .onnx file.`);
    const model = decodeModel(sourceOf(file, path), { path: absolute });
    return { ...model, graph: withRealPaths(model.graph, absolute) };
  } finally {
    closeSync(file);
  }
}

function open(absolute: string, path: string): number {
  try {
    return openSync(absolute, "r");
  } catch (cause) {
    throw new UserError(`The model "${path}" cannot be read; check that the file exists and may be read.`, { cause });
  }
}

function sourceOf(file: number, path: string): ByteSource {
  return {
    length: fstatSync(file).size,
    read(offset, length) {
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const count = readSync(file, bytes, filled, length - filled, offset + filled);
        if (count === 0) throw new UserError(`The model "${path}" shrank while it was read; try again.`);
        filled += count;
      }
      return bytes;
    },
  };
}

function withRealPaths(graph: Graph, modelPath: string): Graph {
  const files = new Map<string, WeightFile>();
  const initializers = new Map<string, Initializer>();
  for (const [name, initializer] of graph.initializers) {
    if (!isExternal(initializer)) {
      initializers.set(name, initializer);
      continue;
    }
    const { path, offset, length } = initializer.location;
    const file = files.get(path) ?? weightFile(path, modelPath);
    files.set(path, file);
    if (offset + length > file.size)
      throw new UserError(
        `"${path}" holds ${file.size} bytes, but the weights of "${name}" end at byte ${offset + length}; it is cut off, so copy or export it again.`,
      );
    initializers.set(name, { ...initializer, location: { path: file.realPath, offset, length } });
  }
  return { ...graph, initializers };
}

interface WeightFile {
  readonly realPath: string;
  readonly size: number;
}

/** Data files that are links are only followed for models that are links themselves (download caches link all files alike). */
function weightFile(path: string, modelPath: string): WeightFile {
  try {
    if (lstatSync(path).isSymbolicLink() && !lstatSync(modelPath).isSymbolicLink())
      throw new UserError(
        `The weights of "${modelPath}" in "${path}" are a link; put the file itself beside the model.`,
      );
    return { realPath: realpathSync(path), size: statSync(path).size };
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(
      `"${modelPath}" keeps weights in "${path}", which cannot be read; put that file beside the model.`,
      {
        cause,
      },
    );
  }
}

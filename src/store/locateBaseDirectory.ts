import { dirname, resolve } from "node:path";
import type { RunManifest } from "../core/experiment/runManifest";
import type { FileSystem } from "./fileSystem";

/**
 * The folder that the paths of a run's settings are relative to. It is the one written in the manifest (absolute, or relative to
 * the run directory); but when the run's files are not there and are beside the `runs` folder, the whole was moved or copied.
 */
export async function locateBaseDirectory(
  fs: FileSystem,
  runDirectory: string,
  { baseDirectory, files }: Pick<RunManifest, "baseDirectory" | "files">,
): Promise<string> {
  const written = resolve(runDirectory, baseDirectory);
  const nearby = dirname(dirname(resolve(runDirectory)));
  const [file] = Object.values(files);
  if (file === undefined || written === nearby) return written;
  const isAt = (folder: string): Promise<boolean> =>
    fs.stat(resolve(folder, file.path)).then(
      () => true,
      () => false,
    );
  return !(await isAt(written)) && (await isAt(nearby)) ? nearby : written;
}

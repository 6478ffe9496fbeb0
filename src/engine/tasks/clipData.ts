import type { VideoTextRetrievalConfig } from "../../core/experiment/tasks/videoTextRetrievalConfig";
import type { ClipItem } from "../datasets/clipDataset";
import { readClips } from "../datasets/readClips";
import { textSource } from "../features/textSource";
import { videoSource } from "../features/videoSource";
import { clipTask } from "./clipTask";
import { imagePreprocessing, openTokenizer } from "./sideFiles";
import type { TaskData } from "./taskData";

/** Videos with their captions: item `i` of the video side is `items[i]`, those of the text side are all captions in turn. */
export interface ClipData extends TaskData {
  readonly task: "video-text-retrieval";
  readonly items: readonly ClipItem[];
}

/** Reads captioned videos. @throws UserError when files are missing or hold nothing usable */
export async function readClipData(config: VideoTextRetrievalConfig, baseDirectory: string): Promise<ClipData> {
  const { items, problems } = await readClips(config.data, baseDirectory);
  const { backbone } = config.video;
  return {
    task: config.task,
    items,
    problems,
    source: async (side) =>
      side === "video"
        ? videoSource(
            items.map(({ id, videoPath }) => ({ id, path: videoPath })),
            { frames: backbone.frames, preprocessing: await imagePreprocessing(backbone, baseDirectory) },
          )
        : textSource(
            items.flatMap(({ id, captions }) => captions.map((text) => ({ id, text }))),
            await openTokenizer(config.text.backbone, baseDirectory),
          ),
    build: (inputs) =>
      clipTask(config, {
        items,
        isUsable: (item) => inputs.has("video", item),
        video: inputs.of("video"),
        text: inputs.of("text"),
      }),
  };
}

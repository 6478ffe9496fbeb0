import type { Scene } from "../../src/core/views/scenes/scene";
import { sceneToSvg } from "../../src/core/views/scenes/sceneToSvg";
import type { Ui } from "./ui";

/** Pixels per unit: sharp in print at the size of a column. */
const scale = 3;

/** Hands the host a figure in print colours: the same drawing as vectors or as pixels. */
export async function exportImage(
  chart: string,
  scene: Scene,
  title: string,
  kind: "svg" | "png",
  ui: Ui,
): Promise<void> {
  const svg = sceneToSvg(scene, title);
  if (kind === "svg") {
    ui.send({ kind: "saveSvg", chart, svg });
    return;
  }
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = scene.width * scale;
  canvas.height = scene.height * scale;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  ui.send({ kind: "savePng", chart, base64: canvas.toDataURL("image/png").replace(/^[^,]*,/, "") });
}

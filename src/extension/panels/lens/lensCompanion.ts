import * as vscode from "vscode";
import { nodeFileSystem } from "../../../store/nodeFileSystem";
import { systemProcesses } from "../../../store/processIdentity";
import type { Engine } from "../../jobs/engine";
import type { LensContent } from "../lensContent";
import { Pacer } from "../pacer";
import type { RunPanel } from "../runPanel";
import { experimentDrops } from "./experimentOutcomes";
import { dataFolders, ImageRoots } from "../results/imageRoots";
import { inquireLayer } from "./layerInquiry";

/** The runs beside a run are looked through at most this often. */
const dropsIntervalMs = 3_000;

/** What a layer lens knows beyond the events of its run: other runs without a layer, and the samples behind a layer. */
export class LensCompanion {
  readonly #panel: RunPanel;
  readonly #content: LensContent;
  readonly #engine: Engine;
  readonly #log: vscode.LogOutputChannel;

  /** @param onDidChangeRuns is fired when something happens to a run of the workspace */
  constructor(
    panel: RunPanel,
    content: LensContent,
    services: {
      readonly engine: Engine;
      readonly log: vscode.LogOutputChannel;
      readonly onDidChangeRuns: vscode.Event<unknown>;
    },
  ) {
    this.#panel = panel;
    this.#content = content;
    this.#engine = services.engine;
    this.#log = services.log;
    const drops = new Pacer(() => this.#findDrops(), dropsIntervalMs);
    const listener = services.onDidChangeRuns(() => {
      if (panel.isVisible) drops.ask();
    });
    panel.onDidDispose(() => {
      listener.dispose();
      drops.dispose();
    });
    drops.ask();
  }

  /** Tells the page about a layer; problems are told there too. */
  async inspect(modality: string, layer: string): Promise<void> {
    const { feed } = this.#panel;
    const { manifest } = feed.context;
    const roots = new ImageRoots(manifest ? dataFolders(manifest) : []);
    await inquireLayer(modality, layer, {
      directory: feed.directory,
      manifest,
      engine: this.#engine,
      imageSource: (path) => (roots.has(path) ? this.#panel.sourceOf(vscode.Uri.file(path)) : undefined),
      post: (message) => this.#panel.post(message),
    });
  }

  async #findDrops(): Promise<void> {
    try {
      this.#content.setDrops(await experimentDrops(nodeFileSystem, systemProcesses, this.#panel.feed.directory));
      this.#panel.askToSend();
    } catch (error) {
      this.#log.warn(error instanceof Error ? error.message : String(error));
    }
  }
}

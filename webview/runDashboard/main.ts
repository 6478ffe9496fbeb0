import "@vscode-elements/elements/dist/vscode-tabs/index.js";
import "@vscode-elements/elements/dist/vscode-tab-header/index.js";
import "@vscode-elements/elements/dist/vscode-tab-panel/index.js";
import type { DashboardMessage } from "../../src/protocol/panelMessage";
import { element } from "../shared/dom";
import { loadSaved, save, send } from "../shared/host";
import { PlotGroup } from "../shared/plotGroup";
import { Texts } from "../shared/texts";
import { followTheme } from "../shared/theme";
import type { Ui } from "../shared/ui";
import { Controls } from "./controls";
import type { DashboardModel } from "./dashboardModel";
import { received } from "./dashboardModel";
import type { DashboardView } from "./dashboardView";
import { readView } from "./dashboardView";
import { Header } from "./header";
import { MemoryTab } from "./memoryTab";
import { RunTab } from "./runTab";
import { TrainingTab } from "./trainingTab";

/** The page: parts that draw a model, and the view that the user chose. Draws once per frame, however much arrives. */
class Dashboard {
  readonly #header: Header;
  readonly #controls: Controls;
  readonly #training: TrainingTab;
  readonly #memory: MemoryTab;
  readonly #run: RunTab;
  readonly #trainingGroup: PlotGroup;
  readonly #memoryGroup: PlotGroup;
  #view: DashboardView = readView(loadSaved());
  #model: DashboardModel;
  #frame: number | undefined;

  constructor(ui: Ui, model: DashboardModel) {
    this.#model = model;
    const hidden = new Set(this.#view.hidden);
    this.#trainingGroup = new PlotGroup({ window: this.#view.window, hidden }, ({ window, hidden: now }) =>
      this.#change({ window, hidden: [...now] }),
    );
    this.#memoryGroup = new PlotGroup({ window: undefined, hidden: new Set() }, () => this.#redraw());
    this.#header = new Header(ui);
    this.#controls = new Controls(ui, this.#view, (change) => this.#change(change));
    this.#training = new TrainingTab(ui, this.#trainingGroup);
    this.#memory = new MemoryTab(ui, this.#memoryGroup);
    this.#run = new RunTab(ui, this.#view.isWarningsOnly, (isWarningsOnly) => this.#change({ isWarningsOnly }));
    document.body.replaceChildren(element("main", {}, this.#header.root, this.#tabs(ui)));
    followTheme(() => {
      for (const plot of [...this.#trainingGroup.plots, ...this.#memoryGroup.plots]) plot.retheme();
      this.#memory.retheme();
    });
    this.#redraw();
  }

  draw(model: DashboardModel): void {
    this.#model = model;
    this.#redraw();
  }

  #change(change: Partial<DashboardView>): void {
    this.#view = { ...this.#view, ...change };
    const { window, hidden } = this.#trainingGroup.view;
    if (window !== this.#view.window) this.#trainingGroup.setView({ window: this.#view.window, hidden });
    this.#redraw();
  }

  #redraw(): void {
    if (this.#frame !== undefined) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#header.draw(this.#model.state);
      this.#controls.draw(this.#view);
      if (this.#view.tab === 0) this.#training.draw(this.#model, this.#view);
      else if (this.#view.tab === 1) this.#memory.draw(this.#model);
      else this.#run.draw(this.#model);
      save({ ...this.#view, directory: this.#model.state.head.directory });
    });
  }

  #tabs({ texts }: Ui): HTMLElement {
    const tabs = document.createElement("vscode-tabs");
    const add = (name: string, ...content: readonly Node[]): void => {
      const header = document.createElement("vscode-tab-header");
      header.slot = "header";
      header.textContent = name;
      const panel = document.createElement("vscode-tab-panel");
      panel.append(...content);
      tabs.append(header, panel);
    };
    add(texts.label("trainingTab"), this.#controls.root, this.#training.root);
    add(texts.label("memoryTab"), this.#memory.root);
    add(texts.label("runTab"), this.#run.root);
    tabs.selectedIndex = this.#view.tab;
    tabs.addEventListener("vsc-tabs-select", () => this.#change({ tab: tabs.selectedIndex }));
    return tabs;
  }
}

let model: DashboardModel | undefined;
let dashboard: Dashboard | undefined;

window.addEventListener("message", ({ data: message }: MessageEvent<DashboardMessage>) => {
  model = received(model, message);
  if (!model) return;
  if (dashboard) dashboard.draw(model);
  else if (message.kind === "state") {
    const texts = new Texts(message.labels, document.documentElement.lang || "en");
    dashboard = new Dashboard({ texts, send }, model);
  }
});
send({ kind: "ready" });

import type { App } from "../app";
import { createBackbonesView } from "./backbonesView";
import { watchContextKeys } from "./contextKeys";
import { createDeviceView } from "./deviceView";
import { createExperimentsView } from "./experimentsView";
import { localizedTreeLabels } from "./localizedTreeLabels";
import { RunFilterState } from "./runFilterState";

/** What commands may do to the sidebar. */
export interface Sidebar {
  dispose(): void;
  /** Which runs are shown. */
  readonly filter: RunFilterState;
  /** Looks again for model files, and into them. */
  refreshBackbones(): void;
}

/** The three views, and the context keys of the manifest's `when` clauses. */
export function createSidebar({ runs, checked, engine, machine }: Omit<App, "sidebar">): Sidebar {
  const filter = new RunFilterState();
  const backbones = createBackbonesView(engine);
  const disposables = [
    filter,
    backbones,
    createExperimentsView({ runs, checked, filter, labels: localizedTreeLabels() }),
    createDeviceView(runs, machine),
    watchContextKeys({ runs, checked, filter, machine }),
  ];
  return {
    filter,
    refreshBackbones: () => backbones.refresh(),
    dispose: () => disposables.forEach((disposable) => disposable.dispose()),
  };
}

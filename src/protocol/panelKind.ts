/** The panels that show one run each. */
export const panelKinds = ["runDashboard", "layerLens", "resultsBrowser"] as const;
export type PanelKind = (typeof panelKinds)[number];

/** Type of a webview panel, as `onWebviewPanel:` of the manifest names it. */
export function viewType(kind: PanelKind): `unipt.${PanelKind}` {
  return `unipt.${kind}`;
}

/** Type of the panel that compares runs; there is one at most. */
export const comparisonViewType = "unipt.comparison";

// CodeMirror in a shadow root: there its styles are sheets made by script, which the page's rules allow; in the page itself
// they would be <style> elements, which they refuse.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { linter, lintGutter } from "@codemirror/lint";
import { Annotation, EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

import type { EditorProblem } from "./json_editor";

export interface Editor {
  // onChange is not called for it.
  show: (text: string) => void;
  close: () => void;
}

// A text that show() has put there. Were the owner told of it, an owner that has moved on meanwhile would get its older text
// back, show the newer one, and so for ever.
const shownByUs = Annotation.define<boolean>();

// The page's colours, which reach into the shadow root as variables.
const theme = EditorView.theme({
  "&": {
    backgroundColor: "var(--surface)",
    color: "var(--text)",
    fontSize: "14px",
    minHeight: "160px",
    maxHeight: "480px",
  },
  "&.cm-focused": { outline: "2px solid var(--accent)" },
  ".cm-scroller": { fontFamily: "var(--mono)", overflow: "auto" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--quiet)", border: "none" },
  ".cm-tooltip": {
    backgroundColor: "var(--surface)",
    color: "var(--text)",
    border: "1px solid var(--line-strong)",
  },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--accent-soft) !important",
  },
});

// As in the tree of a value (json_tree.tsx).
const colours = HighlightStyle.define([
  { tag: tags.propertyName, fontWeight: "600" },
  { tag: tags.string, color: "var(--good)" },
  { tag: tags.number, color: "var(--busy)" },
  { tag: [tags.bool, tags.null], color: "var(--wait)" },
]);

export function openEditor(
  host: HTMLElement,
  options: {
    label: string;
    value: string;
    onChange: (text: string) => void;
    check: (text: string) => EditorProblem[];
  },
): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: options.value,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        json(),
        syntaxHighlighting(colours),
        lintGutter(),
        linter(
          (shown) =>
            options
              .check(shown.state.doc.toString())
              .map((p) => ({ ...p, severity: "error" as const })),
          {
            delay: 200,
          },
        ),
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": options.label }),
        EditorView.updateListener.of((update) => {
          const isOurs = update.transactions.some((one) => one.annotation(shownByUs));
          if (update.docChanged && !isOurs) options.onChange(update.state.doc.toString());
        }),
        theme,
      ],
    }),
  });
  return {
    show: (text) => {
      const now = view.state.doc.toString();
      if (text === now) return;
      view.dispatch({
        changes: { from: 0, to: now.length, insert: text },
        annotations: shownByUs.of(true),
      });
    },
    close: () => view.destroy(),
  };
}

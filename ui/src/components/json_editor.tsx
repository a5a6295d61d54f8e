// A JSON editor with checks as one types. Its code is large and comes with the first page that shows it.
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { texts } from "../texts";
import { ErrorBox, Loading } from "./basics";
import type { Editor } from "./json_editor_core";

export interface EditorProblem {
  from: number; // characters of the text
  to: number;
  message: string;
}

export function JsonEditor(props: {
  label: string;
  value: string;
  onChange: (text: string) => void;
  check: (text: string) => EditorProblem[];
}): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const [error, setError] = useState<unknown>();
  const [ready, setReady] = useState(false);
  useEffect(() => {
    let gone = false;
    import("./json_editor_core").then((core) => {
      if (gone || !host.current) return;
      editor.current = core.openEditor(host.current, {
        label: props.label,
        value: latest.current.value,
        onChange: (text) => latest.current.onChange(text),
        check: (text) => latest.current.check(text),
      });
      setReady(true);
    }, setError);
    return () => {
      gone = true;
      editor.current?.close();
    };
  }, []);
  // What the form beside it has changed. Before anything else is typed, which this would undo.
  useLayoutEffect(() => editor.current?.show(props.value), [props.value, ready]);
  if (error) return <ErrorBox error={error} title={texts.editor.failed} />;
  return (
    <>
      <div ref={host} class="json-editor" />
      {!ready && <Loading />}
    </>
  );
}

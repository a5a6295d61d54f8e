import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";

import { get, post, put } from "../../api/client";
import type { ArtifactInfo, ContextConfig, FunctionInfo } from "../../api/types";
import { ErrorBox } from "../../components/basics";
import { Dialog } from "../../components/dialog";
import { useResource } from "../../state/resource";
import { texts } from "../../texts";

// Registers a function, or changes one. The master reads the artifact meanwhile, so it may take a moment.
export function FunctionForm(props: {
  edited?: FunctionInfo;
  artifact?: string; // chosen already
  onClose: () => void;
  onSaved: (saved: FunctionInfo) => void;
}): JSX.Element {
  const { edited } = props;
  const [name, setName] = useState(edited?.name ?? "");
  const [file, setFile] = useState(edited?.path ?? props.artifact ?? "");
  const [className, setClassName] = useState(edited?.className ?? "");
  const [context, setContext] = useState(edited?.defaultContext ?? "default");
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>();
  const artifacts = useResource(
    (signal) => get<ArtifactInfo[]>("/artifacts", { details: true }, signal),
    "artifacts",
  );
  const contexts = useResource(
    (signal) => get<ContextConfig[]>("/contexts", undefined, signal),
    "contexts",
  );
  const ids = { name: useId(), path: useId(), class: useId(), context: useId(), files: useId() };
  const form = texts.functions.form;

  const save = async (event: Event) => {
    event.preventDefault();
    setSaving(true);
    setError(undefined);
    const body = { name, path: file, className, defaultContext: context };
    try {
      const saved = edited
        ? await put<FunctionInfo>("/functions", {
            ...edited,
            ...body,
            execute: undefined,
            lang: undefined,
            tags: undefined,
          })
        : await post<FunctionInfo>("/functions", body);
      props.onSaved(saved);
      props.onClose();
    } catch (problem) {
      setError(problem);
    } finally {
      setSaving(false);
    }
  };

  return (
    <Dialog title={edited ? form.edit(edited.name) : form.add} onClose={props.onClose}>
      <form class="stack" onSubmit={save}>
        <div class="field">
          <label htmlFor={ids.name}>{form.name}</label>
          <input
            id={ids.name}
            required
            readOnly={edited !== undefined}
            value={name}
            aria-describedby={`${ids.name}-hint`}
            onInput={(event) => setName(event.currentTarget.value.trim())}
          />
          <span id={`${ids.name}-hint`} class="hint">
            {form.nameHint}
          </span>
        </div>
        <div class="field">
          <label htmlFor={ids.path}>{form.path}</label>
          <input
            id={ids.path}
            required
            list={ids.files}
            value={file}
            aria-describedby={`${ids.path}-hint`}
            onInput={(event) => setFile(event.currentTarget.value.trim())}
          />
          <datalist id={ids.files}>
            {artifacts.data?.map((artifact) => (
              <option key={artifact.name} value={artifact.name} />
            ))}
          </datalist>
          <span id={`${ids.path}-hint`} class="hint">
            {form.pathHint}
          </span>
        </div>
        <div class="field">
          <label htmlFor={ids.class}>{form.className}</label>
          <input
            id={ids.class}
            required
            value={className}
            aria-describedby={`${ids.class}-hint`}
            onInput={(event) => setClassName(event.currentTarget.value.trim())}
          />
          <span id={`${ids.class}-hint`} class="hint">
            {form.classHint}
          </span>
        </div>
        <div class="field">
          <label htmlFor={ids.context}>{form.context}</label>
          <select
            id={ids.context}
            value={context}
            onChange={(event) => setContext(event.currentTarget.value)}
          >
            {(contexts.data ?? [{ name: context }]).map((one) => (
              <option key={one.name} value={one.name}>
                {one.name}
              </option>
            ))}
          </select>
        </div>
        {error !== undefined && <ErrorBox error={error} />}
        <footer class="actions">
          <button type="button" onClick={props.onClose}>
            {texts.actions.cancel}
          </button>
          <button type="submit" class="primary" disabled={saving}>
            {saving ? texts.busy : texts.actions.save}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

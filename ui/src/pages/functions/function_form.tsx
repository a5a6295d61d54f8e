import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { get, post, put } from "../../api/client";
import type { ArtifactInfo, ContextConfig, FunctionInfo } from "../../api/types";
import { FormDialog, SelectField, TextField } from "../../components/fields";
import { useResource } from "../../state/resource";
import { useTask } from "../../state/task";
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
  const task = useTask();
  const artifacts = useResource(
    (signal) => get<ArtifactInfo[]>("/artifacts", { details: true }, signal),
    "artifacts",
  );
  const contexts = useResource(
    (signal) => get<ContextConfig[]>("/contexts", undefined, signal),
    "contexts",
  );
  const form = texts.functions.form;

  const save = async () => {
    const body = { name, path: file, className, defaultContext: context };
    if (!edited) return props.onSaved(await post<FunctionInfo>("/functions", body));
    // What the form does not show stays as it is; what the artifact says is not sent.
    const { execute: _, lang: __, tags: ___, ...settings } = edited;
    props.onSaved(await put<FunctionInfo>("/functions", { ...settings, ...body }));
  };

  return (
    <FormDialog
      title={edited ? form.edit(edited.name) : form.add}
      task={task}
      save={save}
      onClose={props.onClose}
    >
      <TextField
        label={form.name}
        hint={form.nameHint}
        required
        readOnly={edited !== undefined}
        value={name}
        onChange={(value) => setName(value.trim())}
      />
      <TextField
        label={form.path}
        hint={form.pathHint}
        required
        choices={artifacts.data?.map((artifact) => artifact.name) ?? []}
        value={file}
        onChange={(value) => setFile(value.trim())}
      />
      <TextField
        label={form.className}
        hint={form.classHint}
        required
        value={className}
        onChange={(value) => setClassName(value.trim())}
      />
      <SelectField
        label={form.context}
        value={context}
        options={contextOptions(contexts.data, context)}
        onChange={setContext}
      />
    </FormDialog>
  );
}

// A function may tell a context that was deleted: it is shown, and kept until another one is chosen.
export function contextOptions(
  contexts: readonly { name: string }[] | undefined, // not known yet
  chosen: string,
): (readonly [string, string])[] {
  const known = (contexts ?? [{ name: chosen }]).map(({ name }) => [name, name] as const);
  if (known.some(([name]) => name === chosen)) return known;
  return [[chosen, texts.functions.form.missingContext(chosen)], ...known];
}

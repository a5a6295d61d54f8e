// Fields of forms, with their labels, hints and problems tied together for screen readers.
import type { Signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

import { texts } from "../texts";
import { ErrorBox } from "./basics";
import { Dialog } from "./dialog";
import type { Task } from "../state/task";

export function TextField(props: {
  label: ComponentChildren;
  value: string;
  hint?: string | undefined;
  problem?: string | undefined; // instead of the hint
  choices?: readonly string[]; // offered; others may be written
  required?: boolean;
  readOnly?: boolean;
  multiline?: boolean;
  inputMode?: "text" | "numeric" | "decimal";
  onChange: (value: string) => void;
}): JSX.Element {
  const id = useId();
  const note = props.problem ?? props.hint;
  const Tag = props.multiline ? "textarea" : "input";
  return (
    <div class="field">
      <label htmlFor={id}>{props.label}</label>
      <Tag
        id={id}
        value={props.value}
        required={props.required}
        readOnly={props.readOnly}
        inputMode={props.inputMode}
        list={props.choices && `${id}-choices`}
        spellcheck={false}
        autocomplete="off"
        aria-invalid={props.problem !== undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        onInput={(event: JSX.TargetedInputEvent<HTMLInputElement | HTMLTextAreaElement>) =>
          props.onChange(event.currentTarget.value)
        }
      />
      {props.choices && (
        <datalist id={`${id}-choices`}>
          {props.choices.map((choice) => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
      )}
      {note && (
        <span id={`${id}-note`} class={props.problem ? "problem" : "hint"}>
          {note}
        </span>
      )}
    </div>
  );
}

// `options`: values with what is shown of them.
export function SelectField(props: {
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label htmlFor={id}>{props.label}</label>
      <select
        id={id}
        value={props.value}
        onChange={(event) => props.onChange(event.currentTarget.value)}
      >
        {props.options.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}

// One of a few values that the reader prefers.
export function Choice<T extends string>(props: {
  of: Signal<T>;
  values: readonly T[];
  names: Readonly<Record<T, string>>;
}): JSX.Element {
  return (
    <select
      value={props.of.value}
      onChange={(event) => (props.of.value = event.currentTarget.value as T)}
    >
      {props.values.map((value) => (
        <option key={value} value={value}>
          {props.names[value]}
        </option>
      ))}
    </select>
  );
}

// A dialog that saves something: stays open, with the error in it, when that fails.
export function FormDialog(props: {
  title: string;
  wide?: boolean;
  task: Task;
  disabled?: boolean;
  save: () => Promise<void>;
  onClose: () => void;
  children: ComponentChildren;
}): JSX.Element {
  const { task } = props;
  const submit = async (event: Event) => {
    event.preventDefault();
    if (await task.run(props.save)) props.onClose();
  };
  return (
    <Dialog title={props.title} onClose={props.onClose} wide={props.wide ?? false}>
      <form class="stack" onSubmit={submit}>
        {props.children}
        {task.error !== undefined && <ErrorBox error={task.error} />}
        <footer class="actions">
          <button type="button" onClick={props.onClose}>
            {texts.actions.cancel}
          </button>
          <button type="submit" class="primary" disabled={task.busy || props.disabled}>
            {task.busy ? texts.busy : texts.actions.save}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

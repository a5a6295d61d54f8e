// The query box: one line of text with completions below it, and what is wrong with it.
import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { get } from "../../api/client";
import type { ContextConfig, FunctionInfo, WorkerLink } from "../../api/types";
import { texts } from "../../texts";
import { complete, parseQuery, type Key } from "./query";

type Names = Partial<Record<Key, readonly string[]>>;

// Asked once, when somebody begins to write.
async function readNames(): Promise<Names> {
  const [functions, contexts, workers] = await Promise.all([
    get<FunctionInfo[]>("/functions"),
    get<ContextConfig[]>("/contexts"),
    get<WorkerLink[]>("/workers"),
  ]);
  const sorted = (names: { name: string }[]) => names.map((one) => one.name).sort();
  return { function: sorted(functions), context: sorted(contexts), worker: sorted(workers) };
}

export function QueryBox(props: {
  value: string;
  onChange: (query: string) => void;
  input: { current: HTMLInputElement | null };
}): JSX.Element {
  const [text, setText] = useState(props.value);
  const [cursor, setCursor] = useState(0);
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const [names, setNames] = useState<Names>({});
  const asked = useRef(false);
  const list = useId();
  const problem = useId();
  useEffect(() => setText(props.value), [props.value]);

  const { problems } = parseQuery(text);
  const { from, to, options } = complete(text, cursor, names);
  const shown = open && options.length > 0;

  const begin = () => {
    setOpen(true);
    if (asked.current) return;
    asked.current = true;
    // Without names the box works as well.
    readNames().then(setNames, () => (asked.current = false));
  };
  const edit = (value: string, at: number) => {
    setText(value);
    setCursor(at);
    setChosen(-1);
  };
  const take = (index: number) => {
    const option = options[index]!;
    const value = text.slice(0, from) + option.text + text.slice(to).trimStart();
    const at = from + option.text.length;
    edit(value, at);
    requestAnimationFrame(() => props.input.current?.setSelectionRange(at, at));
    props.input.current?.focus();
  };
  const submit = () => {
    setOpen(false);
    if (problems.length === 0) props.onChange(text.trim());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (options.length === 0) return;
      event.preventDefault();
      setOpen(true);
      // Round and round: none, the first, ..., the last.
      const places = options.length + 1;
      const step = event.key === "ArrowDown" ? 1 : places - 1;
      setChosen(((chosen + 1 + step) % places) - 1);
    } else if (event.key === "Tab" && shown && chosen >= 0) {
      event.preventDefault();
      take(chosen);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (shown && chosen >= 0 && chosen < options.length) take(chosen);
      else submit();
    } else if (event.key === "Escape") {
      setOpen(false);
      setChosen(-1);
    }
  };

  return (
    <div class="query-box" role="search">
      <input
        ref={props.input}
        type="text"
        role="combobox"
        aria-label={texts.jobs.query.label}
        aria-expanded={shown}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={shown && chosen >= 0 ? `${list}-${chosen}` : undefined}
        aria-invalid={problems.length > 0}
        aria-describedby={problems.length > 0 ? problem : undefined}
        autocomplete="off"
        spellcheck={false}
        placeholder={texts.jobs.query.placeholder}
        value={text}
        onFocus={begin}
        onBlur={() => setOpen(false)}
        onInput={(event) => {
          setOpen(true);
          edit(
            event.currentTarget.value,
            event.currentTarget.selectionStart ?? event.currentTarget.value.length,
          );
        }}
        onSelect={(event) => setCursor(event.currentTarget.selectionStart ?? 0)}
        onKeyDown={onKeyDown}
      />
      {text && (
        <button
          type="button"
          class="plain query-clear"
          aria-label={texts.jobs.clear}
          onClick={() => (edit("", 0), props.onChange(""))}
        >
          ✕
        </button>
      )}
      {/* In the page also when it is empty: what aria-controls names must be there. */}
      <ul
        id={list}
        role="listbox"
        aria-label={texts.jobs.query.completions}
        class="completions"
        hidden={!shown}
      >
        {shown &&
          options.map((option, i) => (
            <li
              key={option.label}
              id={`${list}-${i}`}
              role="option"
              aria-selected={i === chosen}
              // Before the box loses the focus.
              onMouseDown={(event) => (event.preventDefault(), take(i))}
            >
              <bdi>{option.label}</bdi>
              {option.hint && <span class="quiet">{option.hint}</span>}
            </li>
          ))}
      </ul>
      {problems.length > 0 && (
        <p id={problem} class="problem" role="alert">
          {problems.join(" ")}
        </p>
      )}
    </div>
  );
}

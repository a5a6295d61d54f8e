// A JSON value as a tree that folds. Large parts are folded at first, and long lists shown in pieces, so that a result of
// many megabytes opens at once.
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ExactNumber } from "../api/json";
import type { Json } from "../api/types";
import { count, oneLine } from "../state/formats";
import { texts } from "../texts";

const PIECE = 100; // entries that are shown at a time
const OPEN_ENTRIES = 20; // more are folded at first
const OPEN_DEPTH = 3;
const LONG_TEXT = 500;

export function JsonTree(props: { value: Json }): JSX.Element {
  return (
    <div class="json-tree">
      <Node value={props.value} depth={0} />
    </div>
  );
}

function Node(props: { name?: string | number; value: Json; depth: number }): JSX.Element {
  const { value } = props;
  if (typeof value !== "object" || value === null || value instanceof ExactNumber) {
    return (
      <div class="json-leaf">
        <Name name={props.name} />
        <Leaf value={value} />
      </div>
    );
  }
  return <Branch {...props} value={value} />;
}

function Name(props: { name?: string | number | undefined }): JSX.Element | null {
  if (props.name === undefined) return null;
  return (
    <>
      <bdi class="json-name">
        {typeof props.name === "string" ? oneLine(props.name, LONG_TEXT) : props.name}
      </bdi>
      <span class="json-colon">: </span>
    </>
  );
}

function Branch(props: {
  name?: string | number;
  value: Json[] | { [key: string]: Json };
  depth: number;
}): JSX.Element {
  const { value } = props;
  const isList = Array.isArray(value);
  const keys = isList ? null : Object.keys(value);
  const size = isList ? value.length : keys!.length;
  const [open, setOpen] = useState(size <= OPEN_ENTRIES && props.depth < OPEN_DEPTH);
  const [shown, setShown] = useState(PIECE);
  const summary = isList ? texts.json.list(count(size)) : texts.json.object(count(size));
  if (size === 0) {
    return (
      <div class="json-leaf">
        <Name name={props.name} />
        <span class="json-empty">{isList ? "[]" : "{}"}</span>
      </div>
    );
  }
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Name name={props.name} />
        <span class="quiet">{summary}</span>
      </summary>
      {open && (
        <div class="json-children">
          {isList
            ? value
                .slice(0, shown)
                .map((one, i) => <Node key={i} name={i} value={one} depth={props.depth + 1} />)
            : keys!
                .slice(0, shown)
                .map((key) => (
                  <Node key={key} name={key} value={value[key]!} depth={props.depth + 1} />
                ))}
          {shown < size && (
            <button type="button" class="small" onClick={() => setShown(shown + PIECE)}>
              {texts.json.more(count(size - shown))}
            </button>
          )}
        </div>
      )}
    </details>
  );
}

function Leaf(props: { value: null | boolean | number | ExactNumber | string }): JSX.Element {
  const [whole, setWhole] = useState(false);
  const { value } = props;
  if (value instanceof ExactNumber) return <span class="json-number">{value.text}</span>;
  if (typeof value !== "string")
    return <span class={`json-${value === null ? "null" : typeof value}`}>{String(value)}</span>;
  const isLong = value.length > LONG_TEXT;
  return (
    <>
      <bdi class="json-string">
        {JSON.stringify(whole || !isLong ? value : value.slice(0, LONG_TEXT) + "…")}
      </bdi>
      {isLong && !whole && (
        <button type="button" class="small" onClick={() => setWhole(true)}>
          {texts.json.whole(count(value.length))}
        </button>
      )}
    </>
  );
}

// A form for arguments of any type. Each change gives the whole new value.
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ExactNumber, parseJson } from "../../api/json";
import type { Arguments, ArgType, Json } from "../../api/types";
import { TextField } from "../../components/fields";
import { texts } from "../../texts";
import {
  elementOf,
  inner,
  isGiven,
  isOptional,
  sampleOf,
  typeName,
  type Problem,
} from "../../state/schema";

interface FieldProps {
  label: string;
  type: ArgType;
  value: Json | undefined;
  path: string;
  problems: Problem[];
  onChange: (value: Json | undefined) => void;
}

export function ArgumentForm(props: {
  fields: Arguments;
  value: { [name: string]: Json };
  problems: Problem[];
  onChange: (value: { [name: string]: Json }) => void;
}): JSX.Element {
  const names = Object.keys(props.fields);
  if (names.length === 0) return <p class="quiet">{texts.run.noArguments}</p>;
  return <Fields {...props} prefix="" />;
}

function Fields(props: {
  fields: Arguments;
  value: { [name: string]: Json };
  problems: Problem[];
  prefix: string;
  onChange: (value: { [name: string]: Json }) => void;
}): JSX.Element {
  return (
    <div class="stack">
      {Object.entries(props.fields).map(([name, type]) => (
        <Field
          key={name}
          label={name}
          type={type}
          value={props.value[name]}
          path={props.prefix + name}
          problems={props.problems}
          onChange={(value) => props.onChange(withField(props.value, name, value))}
        />
      ))}
    </div>
  );
}

function withField(
  object: { [name: string]: Json },
  name: string,
  value: Json | undefined,
): { [name: string]: Json } {
  const next = { ...object };
  if (value === undefined) delete next[name];
  else next[name] = value;
  return next;
}

function Field(props: FieldProps): JSX.Element {
  const { type, value } = props;
  if (isOptional(type) && !isGiven(type, value)) {
    return (
      <div class="field-row">
        <span>
          <bdi>{props.label}</bdi> <span class="quiet">{typeName(type)}</span>
        </span>
        <button type="button" class="small" onClick={() => props.onChange(sampleOf(inner(type)))}>
          {texts.run.give(props.label)}
        </button>
      </div>
    );
  }
  return (
    <div class="field-optional">
      <Given {...props} type={inner(type)} />
      {isOptional(type) && (
        <button type="button" class="small" onClick={() => props.onChange(undefined)}>
          {texts.run.leaveOut(props.label)}
        </button>
      )}
    </div>
  );
}

function Given(props: FieldProps): JSX.Element {
  switch (props.type.type) {
    case "MBoolean":
      return <Switch {...props} />;
    case "MList":
      return <List {...props} />;
    case "MMap":
      return <MapField {...props} />;
    case "MObj":
      return <Group {...props} />;
    default:
      return <Line {...props} />;
  }
}

function problemAt(props: FieldProps): string | undefined {
  return props.problems.find((problem) => problem.path === props.path)?.message;
}

// Numbers, texts, and values of any type (as JSON).
function Line(props: FieldProps): JSX.Element {
  const kind = props.type.type;
  const isText = kind === "MString";
  const shown = textOf(kind, props.value);
  const [typed, setTyped] = useState<string | undefined>();
  // What was typed stays as it is while it means the value; "1." is on its way to a number.
  const text = typed !== undefined && same(valueOf(kind, typed), props.value) ? typed : shown;
  return (
    <TextField
      label={
        <>
          <bdi>{props.label}</bdi> <span class="quiet">{typeName(props.type)}</span>
        </>
      }
      value={text}
      problem={problemAt(props)}
      multiline={isText && shown.includes("\n")}
      inputMode={kind === "MInt" ? "numeric" : kind === "MDouble" ? "decimal" : "text"}
      onChange={(now) => {
        setTyped(now);
        props.onChange(valueOf(kind, now));
      }}
    />
  );
}

function textOf(kind: string, value: Json | undefined): string {
  if (typeof value === "string" && kind !== "MAny") return value;
  if (value === undefined) return "";
  return value instanceof ExactNumber ? value.text : JSON.stringify(value);
}

// A text that is no number stays a text: the check says what is wrong with it.
function valueOf(kind: string, text: string): Json {
  if (kind === "MString") return text;
  try {
    const value = parseJson(text.trim());
    const isNumber = typeof value === "number" || value instanceof ExactNumber;
    return kind === "MAny" || isNumber ? value : text;
  } catch {
    return text;
  }
}

function same(a: Json, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function Switch(props: FieldProps): JSX.Element {
  return (
    <label class="inline">
      <input
        type="checkbox"
        checked={props.value === true}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <bdi>{props.label}</bdi> <span class="quiet">{typeName(props.type)}</span>
    </label>
  );
}

function List(props: FieldProps): JSX.Element {
  const items = Array.isArray(props.value) ? props.value : [];
  const element = elementOf(props.type);
  const problem = problemAt(props);
  return (
    <fieldset class="group">
      <legend>
        <bdi>{props.label}</bdi> <span class="quiet">{typeName(props.type)}</span>
      </legend>
      {problem && <span class="problem">{problem}</span>}
      {items.map((item, i) => (
        <div key={i} class="list-item">
          <Field
            label={`${props.label} ${i + 1}`}
            type={element}
            value={item}
            path={`${props.path}[${i}]`}
            problems={props.problems}
            onChange={(value) =>
              props.onChange(items.map((one, at) => (at === i ? (value ?? null) : one)))
            }
          />
          <button
            type="button"
            class="small"
            aria-label={`${texts.actions.remove} ${props.label} ${i + 1}`}
            onClick={() => props.onChange(items.filter((_, at) => at !== i))}
          >
            {texts.actions.remove}
          </button>
        </div>
      ))}
      <button
        type="button"
        class="small"
        onClick={() => props.onChange([...items, sampleOf(element)])}
      >
        {texts.run.addTo(props.label)}
      </button>
    </fieldset>
  );
}

function MapField(props: FieldProps): JSX.Element {
  const [key, setKey] = useState("");
  const value = isPlainObject(props.value) ? props.value : {};
  const element = elementOf(props.type);
  return (
    <fieldset class="group">
      <legend>
        <bdi>{props.label}</bdi> <span class="quiet">{typeName(props.type)}</span>
      </legend>
      {Object.entries(value).map(([name, one]) => (
        <div key={name} class="list-item">
          <Field
            label={name}
            type={element}
            value={one}
            path={`${props.path}.${name}`}
            problems={props.problems}
            onChange={(now) => props.onChange(withField(value, name, now ?? null))}
          />
          <button
            type="button"
            class="small"
            aria-label={`${texts.actions.remove} ${name}`}
            onClick={() => props.onChange(withField(value, name, undefined))}
          >
            {texts.actions.remove}
          </button>
        </div>
      ))}
      <div class="list-item">
        <input
          aria-label={texts.run.newKey(props.label)}
          placeholder={texts.run.key}
          value={key}
          onInput={(event) => setKey(event.currentTarget.value)}
        />
        <button
          type="button"
          class="small"
          disabled={key === "" || key in value}
          onClick={() => {
            props.onChange({ ...value, [key]: sampleOf(element) });
            setKey("");
          }}
        >
          {texts.run.addTo(props.label)}
        </button>
      </div>
    </fieldset>
  );
}

function isPlainObject(value: Json | undefined): value is { [key: string]: Json } {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof ExactNumber)
  );
}

function Group(props: FieldProps): JSX.Element {
  return (
    <fieldset class="group">
      <legend>
        <bdi>{props.label}</bdi>
      </legend>
      <Fields
        fields={props.type.fields ?? {}}
        value={isPlainObject(props.value) ? props.value : {}}
        problems={props.problems}
        prefix={`${props.path}.`}
        onChange={props.onChange}
      />
    </fieldset>
  );
}

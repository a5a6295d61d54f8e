// Argument types, as the API's `execute` tells them, and what may stand in their place.
import { ExactNumber } from "../api/json";
import type { Arguments, ArgType, Json } from "../api/types";
import { texts } from "../texts";

export interface Problem {
  path: string; // "query.limits[2]"; empty: the whole
  message: string;
}

// The part of an optional type that is there when the value is.
export function inner(type: ArgType): ArgType {
  return type.type === "MOption" ? inner(type.args?.[0] ?? { type: "MAny" }) : type;
}

export function isOptional(type: ArgType): boolean {
  return type.type === "MOption";
}

// Null leaves an optional value out, except where any JSON may stand.
export function isGiven(type: ArgType, value: Json | undefined): boolean {
  if (value === null) return !isOptional(type) || inner(type).type === "MAny";
  return value !== undefined;
}

// The type of a list's elements, or of a map's values.
export function elementOf(type: ArgType): ArgType {
  return type.args?.at(-1) ?? { type: "MAny" };
}

export function typeName(type: ArgType): string {
  switch (type.type) {
    case "MOption":
      return texts.schema.optional(typeName(inner(type)));
    case "MList":
      return texts.schema.list(typeName(elementOf(type)));
    case "MMap":
      return texts.schema.map(typeName(elementOf(type)));
    default:
      return texts.schema.names[type.type] ?? type.type;
  }
}

// What a form begins with: required things with a plain value, optional ones without.
export function sampleOf(type: ArgType): Json {
  switch (type.type) {
    case "MInt":
    case "MDouble":
      return 0;
    case "MBoolean":
      return false;
    case "MString":
      return "";
    case "MList":
      return [];
    case "MMap":
      return {};
    case "MObj":
      return sampleArguments(type.fields ?? {});
    default:
      return null;
  }
}

export function sampleArguments(fields: Arguments): { [name: string]: Json } {
  const sample: { [name: string]: Json } = {};
  for (const [name, type] of Object.entries(fields))
    if (!isOptional(type)) sample[name] = sampleOf(type);
  return sample;
}

function isObject(value: Json): value is { [key: string]: Json } {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof ExactNumber)
  );
}

function isInteger(value: Json): boolean {
  return value instanceof ExactNumber ? /^-?\d+$/.test(value.text) : Number.isInteger(value);
}

// What the master would refuse, except for rules of the function's own.
export function checkValue(type: ArgType, value: Json | undefined, path: string): Problem[] {
  if (type.type === "MAny") return [];
  if (value === undefined || value === null) {
    return isOptional(type) ? [] : [{ path, message: texts.schema.missing(typeName(type)) }];
  }
  const wrong = [{ path, message: texts.schema.expected(typeName(inner(type))) }];
  const kind = inner(type);
  switch (kind.type) {
    case "MInt":
      return isInteger(value) ? [] : wrong;
    case "MDouble":
      return typeof value === "number" || value instanceof ExactNumber ? [] : wrong;
    case "MBoolean":
      return typeof value === "boolean" ? [] : wrong;
    case "MString":
      return typeof value === "string" ? [] : wrong;
    case "MList":
      if (!Array.isArray(value)) return wrong;
      return value.flatMap((one, i) => checkValue(elementOf(kind), one, `${path}[${i}]`));
    case "MMap":
      if (!isObject(value)) return wrong;
      return Object.entries(value).flatMap(([key, one]) =>
        checkValue(elementOf(kind), one, `${path}.${key}`),
      );
    case "MObj":
      if (!isObject(value)) return wrong;
      return checkFields(kind.fields ?? {}, value, `${path}.`);
    default:
      return [];
  }
}

function checkFields(fields: Arguments, value: { [key: string]: Json }, prefix: string): Problem[] {
  return Object.entries(fields).flatMap(([name, type]) =>
    checkValue(type, value[name], prefix + name),
  );
}

export function checkArguments(fields: Arguments, value: Json): Problem[] {
  if (!isObject(value)) return [{ path: "", message: texts.schema.object }];
  const unknown = Object.keys(value)
    .filter((name) => !(name in fields))
    .map((name) => ({ path: name, message: texts.schema.unknown }));
  return [...checkFields(fields, value, ""), ...unknown];
}

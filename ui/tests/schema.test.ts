import { describe, expect, it } from "vitest";

import { inner, isGiven, sampleOf } from "../src/state/schema";

describe("isGiven", () => {
  const optional = (type: string) => ({ type: "MOption", args: [{ type }] });

  it("takes null of an optional value for none", () => {
    expect(isGiven(optional("MInt"), null)).toBe(false);
    expect(isGiven(optional("MInt"), undefined)).toBe(false);
    expect(isGiven(optional("MInt"), 0)).toBe(true);
  });

  it("takes what a form begins a given value with for given", () => {
    for (const type of ["MInt", "MString", "MBoolean", "MList", "MMap", "MObj", "MAny"])
      expect(isGiven(optional(type), sampleOf(inner(optional(type)))), type).toBe(true);
    expect(isGiven(optional("MAny"), undefined)).toBe(false);
  });
});

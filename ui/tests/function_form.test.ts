import { expect, it } from "vitest";

import { contextOptions } from "../src/pages/functions/function_form";

it("the context of a function is among the choices, also when it does not exist", () => {
  expect(contextOptions(undefined, "own")).toEqual([["own", "own"]]);
  expect(contextOptions([{ name: "own" }, { name: "pool" }], "own")).toEqual([
    ["own", "own"],
    ["pool", "pool"],
  ]);
  expect(contextOptions([{ name: "pool" }], "own")).toEqual([
    ["own", "own (does not exist)"],
    ["pool", "pool"],
  ]);
});

import { describe, expect, it } from "vitest";

import { ExactNumber, parseJson } from "../src/api/json";

describe("parseJson", () => {
  it("keeps the digits of numbers that JavaScript cannot hold", () => {
    const text = '{"a":9223372036854775807,"b":[0.12345678901234567890,1e400],"c":12}';
    const value = parseJson(text) as Record<string, unknown>;
    expect(value["a"]).toBeInstanceOf(ExactNumber);
    expect(String(value["a"])).toBe("9223372036854775807");
    expect(value["c"]).toBe(12);
    expect(JSON.stringify(value)).toBe(text);
  });

  it("leaves numbers alone that are written in another way", () => {
    expect(
      parseJson("[1.0, 1.50, 1E2, 0.0, -0, 100000000000000000000, 1.7976931348623157e308]"),
    ).toEqual([1, 1.5, 100, 0, -0, 100000000000000000000, 1.7976931348623157e308]);
  });

  it("does not take digits within texts for numbers", () => {
    expect(parseJson('["9223372036854775807"]')).toEqual(["9223372036854775807"]);
  });
});

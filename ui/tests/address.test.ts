import { describe, expect, it } from "vitest";

import { partOfAddress } from "../src/state/address";

describe("partOfAddress", () => {
  it("tells every name as it was written", () => {
    for (const name of ["a b", "a=b&c", "%3D", "100%", "a+b", "?#/", "\u202e<script>", "ü"]) {
      history.replaceState(null, "", `/ui/functions/${encodeURIComponent(name)}/run`);
      expect(partOfAddress(0)).toBe("functions");
      expect(partOfAddress(1)).toBe(name);
      expect(partOfAddress(2)).toBe("run");
    }
  });

  it("takes what is no encoding as it stands", () => {
    history.replaceState(null, "", "/ui/functions/%zz");
    expect(partOfAddress(1)).toBe("%zz");
    expect(partOfAddress(2)).toBe("");
  });
});

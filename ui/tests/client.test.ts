import { afterEach, expect, it, vi } from "vitest";

import { get } from "../src/api/client";

afterEach(() => vi.unstubAllGlobals());

it("an error is told without the class of its exception", async () => {
  for (const text of [
    "java.lang.IllegalStateException: Unknown job: 1",
    "class java.lang.IllegalStateException: Unknown job: 1",
    "Unknown job: 1",
  ]) {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response(text, { status: 400 })));
    await expect(get("/jobs/1")).rejects.toThrow(/^Unknown job: 1$/);
  }
});

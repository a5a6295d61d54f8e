import { expect, it } from "vitest";

import { NO_OPTIONS, snippet } from "../src/pages/run/snippets";

it("retries stand in a message as they were written", () => {
  const message = (retries: string) =>
    snippet("Kafka", "f", "{}", { ...NO_OPTIONS, retries }, "http://localhost:2004");
  expect(message("2")).toContain('"runSettings":{"retries":2}');
  expect(message("two")).toContain('"runSettings":{"retries":"two"}');
});

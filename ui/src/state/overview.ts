// What the master is doing now, for pages that show a part of it.
import { get } from "../api/client";
import type { Overview } from "../api/types";
import { useEvery, useResource, type Resource } from "./resource";

const EVERY_MS = 15_000;

export function useOverview(): Resource<Overview> {
  const overview = useResource(
    (signal) => get<Overview>("/overview", undefined, signal),
    "overview",
  );
  useEvery(EVERY_MS, overview.reload);
  return overview;
}

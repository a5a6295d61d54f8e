// What the page's address says. The router decodes it by half, and queries twice: to it '=' and '%3D' are the same.
import { useMemo } from "preact/hooks";
import { navigate, useSearch } from "wouter-preact/use-browser-location";

export const BASE = "/ui";

// A part below the base, such as the name in /functions/<name>: number 1.
export function partOfAddress(number: number): string {
  const part = location.pathname.slice(BASE.length + 1).split("/")[number] ?? "";
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function useQuery(): [URLSearchParams, (query: Record<string, string>) => void] {
  const search = useSearch();
  const query = useMemo(() => new URLSearchParams(search), [search]);
  return [query, setQuery];
}

function setQuery(query: Record<string, string>): void {
  const text = new URLSearchParams(query).toString();
  navigate(location.pathname + (text && `?${text}`));
}

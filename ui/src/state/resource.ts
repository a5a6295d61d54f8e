// What a page has asked the master for: the last good answer, and the error of the last try.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { ApiError } from "../api/client";

export interface Resource<T> {
  data: T | undefined;
  error: ApiError | undefined; // of the last try; `data` stays what it was
  loading: boolean;
  reload: () => void;
}

// Asks when the page opens and whenever `key` changes; an older answer never replaces a newer one.
export function useResource<T>(
  load: (signal: AbortSignal) => Promise<T>,
  key: string,
): Resource<T> {
  const [state, setState] = useState<{ data?: T; error?: ApiError; key: string }>({ key });
  const [loading, setLoading] = useState(true);
  const [turn, setTurn] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    const abort = new AbortController();
    setLoading(true);
    latest
      .current(abort.signal)
      .then((data) => !abort.signal.aborted && setState({ data, key }))
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        const shown = error instanceof ApiError ? error : new ApiError(0, String(error));
        setState((before) => ({
          ...(before.key === key && before.data !== undefined && { data: before.data }),
          error: shown,
          key,
        }));
      })
      .finally(() => !abort.signal.aborted && setLoading(false));
    return () => abort.abort();
  }, [key, turn]);
  const reload = useCallback(() => setTurn((t) => t + 1), []);
  return {
    data: state.key === key ? state.data : undefined,
    error: state.key === key ? state.error : undefined,
    loading,
    reload,
  };
}

// Calls `work` every `ms` while the page is visible.
export function useEvery(ms: number, work: () => void): void {
  const latest = useRef(work);
  latest.current = work;
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && latest.current(), ms);
    return () => clearInterval(timer);
  }, [ms]);
}

// Something that the reader has asked for, such as a save: whether it is under way, and what went wrong with it.
import { useState } from "preact/hooks";

export interface Task {
  busy: boolean;
  error: unknown; // of the last run; undefined when it went well
  // Never throws. Returns whether the work went well.
  run: (work: () => Promise<void>) => Promise<boolean>;
}

export function useTask(): Task {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(undefined);
    try {
      await work();
      return true;
    } catch (problem) {
      setError(problem);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run };
}

// Cancels many jobs, a few at a time, and tells how far it is.
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";

import { get, path, remove } from "../../api/client";
import { isEnded, type JobDetails } from "../../api/types";
import { Dialog } from "../../components/dialog";
import { shortId } from "../../state/formats";
import { texts } from "../../texts";

const AT_ONCE = 4; // a browser has six connections to one server, and the stream is one of them

export interface CancelFailure {
  id: string;
  message: string;
}

// `cancelOne` is called for each id, `AT_ONCE` at a time.
export async function cancelAll(
  ids: readonly string[],
  cancelOne: (id: string) => Promise<void>,
  onProgress: (done: number) => void,
): Promise<CancelFailure[]> {
  const failures: CancelFailure[] = [];
  const left = [...ids];
  let done = 0;
  const work = async () => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      try {
        await cancelOne(id);
      } catch (error) {
        failures.push({ id, message: error instanceof Error ? error.message : String(error) });
      }
      onProgress(++done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failures;
}

// A job may end by itself while others are cancelled.
async function cancelUnlessEnded(id: string): Promise<void> {
  try {
    await remove(path`/jobs/${id}`);
  } catch (error) {
    const job = await get<JobDetails>(path`/jobs/${id}`);
    if (!isEnded(job.status)) throw error;
  }
}

export function BulkCancel(props: { ids: readonly string[]; onClose: () => void }): JSX.Element {
  const ids = useRef(props.ids).current; // those that were selected when the dialog opened
  const [done, setDone] = useState<number | undefined>();
  const [failures, setFailures] = useState<CancelFailure[] | undefined>();
  const start = async () => {
    setDone(0);
    const failed = await cancelAll(ids, cancelUnlessEnded, setDone);
    if (failed.length === 0) props.onClose();
    else setFailures(failed);
  };
  return (
    <Dialog title={texts.jobs.cancelTitle(ids.length)} onClose={props.onClose}>
      <p>{texts.jobs.cancelText}</p>
      {done !== undefined && (
        <label class="field">
          <span role="status">{texts.jobs.cancelProgress(done, ids.length)}</span>
          <progress max={ids.length} value={done} />
        </label>
      )}
      {failures && (
        <div class="box error" role="alert">
          <strong>{texts.jobs.cancelFailed(failures.length)}</strong>
          <ul>
            {failures.slice(0, 20).map((failure) => (
              <li key={failure.id}>
                <code>{shortId(failure.id)}</code> {failure.message}
              </li>
            ))}
          </ul>
        </div>
      )}
      <footer class="actions">
        <button type="button" onClick={props.onClose}>
          {done === undefined ? texts.actions.keep : texts.jobs.close}
        </button>
        {done === undefined && (
          <button type="button" class="danger" onClick={start}>
            {texts.jobs.cancelAction}
          </button>
        )}
      </footer>
    </Dialog>
  );
}

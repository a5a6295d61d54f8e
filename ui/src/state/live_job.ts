// One job as it is, kept up to date by its events.
import { useEffect, useMemo, useState } from "preact/hooks";

import { get, path, type ApiError } from "../api/client";
import type { JobDetails, JobEvent } from "../api/types";
import { applyEvent, movesJob } from "./job_events";
import { Overtaking } from "./overtaking";
import { useResource } from "./resource";

export interface JobStream {
  // Rises with each connection.
  opened: { readonly value: number };
  // Tells of the job's events; returns what ends it.
  listen: (listener: (events: JobEvent[]) => void) => () => void;
}

export interface LiveJob {
  job: JobDetails | undefined; // before the first answer
  error: ApiError | undefined; // of the last request
  reload: () => void;
}

export function useLiveJob(id: string, stream: JobStream): LiveJob {
  const overtaking = useMemo(() => new Overtaking(), [id]);
  const [job, setJob] = useState<JobDetails | undefined>();
  const read = useResource(async (signal) => {
    overtaking.begin();
    const answer = await get<JobDetails>(path`/jobs/${id}`, undefined, signal);
    if (!signal.aborted) setJob(overtaking.end().reduce(applyEvent, answer));
    return answer;
  }, id);
  useEffect(
    () =>
      stream.listen((events) => {
        const moves = events.filter(movesJob);
        overtaking.note(moves);
        if (moves.length > 0) setJob((now) => now && moves.reduce(applyEvent, now));
      }),
    [stream, overtaking],
  );
  // What happened before the stream began was not told.
  const opened = stream.opened.value;
  useEffect(() => {
    if (opened > 0) read.reload();
  }, [opened]);
  return { job, error: read.error, reload: read.reload };
}

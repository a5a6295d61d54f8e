// What Spark does for a job that runs: its stages and how far they are.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { get, path } from "../../api/client";
import type { EventFeed } from "../../api/events";
import type { Progress, SparkStage } from "../../api/types";
import { Lasts, Text } from "../../components/basics";
import { count, oneLine } from "../../state/formats";
import { useResource } from "../../state/resource";
import { texts } from "../../texts";

// Where a script is that Spark names a stage after: the worker's folder of artifacts, as a rule.
const FOLDERS = /(?<= at )\/\S*\//;

// Nothing before the function has begun any Spark work.
export function SparkWork(props: { id: string; stream: EventFeed }): JSX.Element | null {
  const { id, stream } = props;
  const known = useResource(
    (signal) => get<{ progress: Progress | null }>(path`/jobs/${id}/progress`, undefined, signal),
    id,
  );
  const [told, setTold] = useState<Progress | undefined>();
  useEffect(
    () =>
      stream.listen((events) => {
        const last = events.findLast((event) => event.progress !== undefined);
        if (last) setTold(last.progress);
      }),
    [stream],
  );
  const opened = stream.opened.value;
  useEffect(() => {
    if (opened > 0) known.reload();
  }, [opened]);
  const read = known.data?.progress;
  const progress = told && (!read || told.time >= read.time) ? told : read;
  if (!progress) return null;
  const { tasks } = progress;
  return (
    <section class="card spark-work">
      <header>
        <h2>{texts.spark.title}</h2>
        <span class="quiet">
          {texts.spark.jobs(progress.jobs)} · {texts.spark.stages(progress.stages)}
        </span>
      </header>
      <progress
        aria-label={texts.spark.allTasks}
        max={Math.max(tasks.all, 1)}
        value={tasks.completed}
      />
      <p>
        {texts.spark.tasks(count(tasks.completed), count(tasks.all), tasks.running, tasks.failed)}
      </p>
      <ul class="stages" aria-label={texts.spark.stageList}>
        {progress.shown.map((stage) => (
          <Stage key={`${stage.id}.${stage.attempt}`} stage={stage} />
        ))}
      </ul>
    </section>
  );
}

function Stage(props: { stage: SparkStage }): JSX.Element {
  const { stage } = props;
  const { tasks } = stage;
  return (
    <li class={`stage-${stage.state}`}>
      <span class="stage-name">
        <span class="quiet">{texts.spark.stage(stage.id, stage.attempt)}</span>{" "}
        <span title={oneLine(stage.name)}>
          <Text value={stage.name.replace(FOLDERS, "…/")} most={120} />
        </span>
      </span>
      <span class="quiet">{texts.spark.states[stage.state]}</span>
      <progress
        aria-label={texts.spark.stage(stage.id, stage.attempt)}
        max={Math.max(tasks.all, 1)}
        value={tasks.completed}
      />
      <span class="number">
        {texts.spark.tasks(count(tasks.completed), count(tasks.all), tasks.running, tasks.failed)}
      </span>
      <Lasts from={stage.begin} to={stage.end} />
    </li>
  );
}

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useLocation } from "wouter-preact";

import { get, path, remove } from "../../api/client";
import type { FunctionInfo, JobPage } from "../../api/types";
import { ErrorBox, Loading, NotFound, Page, Text } from "../../components/basics";
import { Confirm } from "../../components/dialog";
import { RecentJobs } from "../../components/job_rows";
import { Link } from "../../components/link";
import { useResource } from "../../state/resource";
import { typeName } from "../../state/schema";
import { texts } from "../../texts";
import { jobsOfFunction } from "../run/snippets";
import { FunctionForm } from "./function_form";

const RECENT = 10;

export default function FunctionPage(props: { name: string }): JSX.Element {
  const info = useResource(
    (signal) => get<FunctionInfo>(path`/functions/${props.name}`, undefined, signal),
    props.name,
  );
  const jobs = useResource(
    (signal) =>
      get<JobPage>(path`/functions/${props.name}/jobs`, { paginate: true, limit: RECENT }, signal),
    props.name,
  );
  const [dialog, setDialog] = useState<"edit" | "delete" | undefined>();
  const [, navigate] = useLocation();
  const back = { to: "/functions", label: texts.functions.title };
  if (info.error?.isNotFound) {
    return (
      <NotFound title={texts.functions.notFound} hint={texts.functions.notFoundHint} back={back} />
    );
  }
  const shown = info.data;
  return (
    <Page
      title={props.name}
      back={back}
      actions={
        shown && (
          <>
            <button type="button" onClick={() => setDialog("edit")}>
              {texts.functions.edit}
            </button>
            <button type="button" class="danger" onClick={() => setDialog("delete")}>
              {texts.functions.delete}
            </button>
            <Link class="button primary" href={`/functions/${encodeURIComponent(props.name)}/run`}>
              {texts.functions.run}
            </Link>
          </>
        )
      }
    >
      {info.error && <ErrorBox error={info.error} retry={info.reload} />}
      {!shown && !info.error && <Loading />}
      {shown && <Facts info={shown} />}
      {jobs.data && (
        <RecentJobs
          jobs={jobs.data.jobs}
          all={jobsOfFunction(props.name)}
          allLabel={texts.functions.jobs}
        />
      )}
      {dialog === "edit" && shown && (
        <FunctionForm edited={shown} onClose={() => setDialog(undefined)} onSaved={info.reload} />
      )}
      {dialog === "delete" && (
        <Confirm
          title={texts.functions.deleteTitle(props.name)}
          action={texts.functions.deleteAction}
          work={async () => {
            await remove(path`/functions/${props.name}`);
            navigate("/functions");
          }}
          onClose={() => setDialog(undefined)}
        >
          <p>{texts.functions.deleteText}</p>
        </Confirm>
      )}
    </Page>
  );
}

function Facts(props: { info: FunctionInfo }): JSX.Element {
  const { info } = props;
  const names = texts.functions.columns;
  const args = Object.entries(info.execute);
  return (
    <div class="columns">
      <section class="card">
        <dl class="facts">
          <dt>{names.lang}</dt>
          <dd>{info.lang}</dd>
          <dt>{names.path}</dt>
          <dd>
            <Text value={info.path} />
          </dd>
          <dt>{names.className}</dt>
          <dd class="mono">
            <Text value={info.className} />
          </dd>
          <dt>{names.context}</dt>
          <dd>
            <Link href={`/contexts/${encodeURIComponent(info.defaultContext)}`}>
              <Text value={info.defaultContext} />
            </Link>
          </dd>
          {info.tags.length > 0 && (
            <>
              <dt>{texts.functions.tags}</dt>
              <dd>{info.tags.join(", ")}</dd>
            </>
          )}
        </dl>
      </section>
      <section class="card">
        <header>
          <h2>{texts.functions.arguments}</h2>
        </header>
        {args.length === 0 ? (
          <p class="quiet">{texts.run.noArguments}</p>
        ) : (
          <dl class="facts">
            {args.map(([name, type]) => (
              <>
                <dt>
                  <Text value={name} class="mono" />
                </dt>
                <dd>{typeName(type)}</dd>
              </>
            ))}
          </dl>
        )}
      </section>
    </div>
  );
}

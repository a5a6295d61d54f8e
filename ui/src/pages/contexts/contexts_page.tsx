import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useLocation } from "wouter-preact";

import { get } from "../../api/client";
import type { ContextConfig } from "../../api/types";
import { ErrorBox, Loading, Page, Text } from "../../components/basics";
import { Link } from "../../components/link";
import { useOverview } from "../../state/overview";
import { useResource } from "../../state/resource";
import "../../styles/run.css";
import { texts } from "../../texts";
import { ContextForm } from "./context_form";
import { ContextState } from "./context_state";

export default function ContextsPage(): JSX.Element {
  const contexts = useResource(
    (signal) => get<ContextConfig[]>("/contexts", undefined, signal),
    "contexts",
  );
  const overview = useOverview();
  const [adding, setAdding] = useState(false);
  const [, navigate] = useLocation();
  const now = new Map(overview.data?.contexts.map((one) => [one.name, one]));
  const names = texts.contexts.columns;
  const usual = contexts.data?.find((one) => one.name === "default");
  return (
    <Page
      title={texts.contexts.title}
      actions={
        usual && (
          <button type="button" class="primary" onClick={() => setAdding(true)}>
            {texts.contexts.add}
          </button>
        )
      }
    >
      {contexts.error && <ErrorBox error={contexts.error} retry={contexts.reload} />}
      {!contexts.data && !contexts.error && <Loading />}
      {contexts.data && (
        <div class="table-box">
          <table class="cards">
            <thead>
              <tr>
                {Object.entries(names).map(([key, label]) => (
                  <th
                    key={key}
                    scope="col"
                    class={key === "queued" || key === "running" ? "number" : ""}
                  >
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {contexts.data.map((context) => {
                const load = now.get(context.name);
                return (
                  <tr key={context.name}>
                    <td>
                      <Link href={`/contexts/${encodeURIComponent(context.name)}`}>
                        <Text value={context.name} most={80} />
                      </Link>
                    </td>
                    <td data-label={names.mode}>{texts.contexts.modes[context.workerMode]}</td>
                    <td class="number" data-label={names.queued}>
                      {load?.queued ?? 0}
                    </td>
                    <td class="number" data-label={names.running}>
                      {load?.running ?? 0}
                    </td>
                    <td data-label={names.workers}>
                      {load
                        ? texts.contexts.workers(
                            load.workers.starting,
                            load.workers.idle,
                            load.workers.busy,
                          )
                        : texts.contexts.workers(0, 0, 0)}
                    </td>
                    <td>
                      <ContextState context={context} />
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {adding && usual && (
        <ContextForm
          begin={usual}
          edited={false}
          onClose={() => setAdding(false)}
          onSaved={(saved) => navigate(`/contexts/${encodeURIComponent(saved.name)}`)}
        />
      )}
    </Page>
  );
}

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useLocation } from "wouter-preact";

import { get } from "../../api/client";
import type { FunctionInfo } from "../../api/types";
import { Empty, ErrorBox, Loading, Page, Text } from "../../components/basics";
import { Link } from "../../components/link";
import { useQuery } from "../../state/address";
import { useOverview } from "../../state/overview";
import { useResource } from "../../state/resource";
import { texts } from "../../texts";
import { jobsOfFunction } from "../run/snippets";
import { FunctionForm } from "./function_form";

export default function FunctionsPage(): JSX.Element {
  const functions = useResource(
    (signal) => get<FunctionInfo[]>("/functions", undefined, signal),
    "functions",
  );
  const overview = useOverview();
  const [parameters] = useQuery();
  const artifact = parameters.get("artifact"); // of "register a function of it"
  const [adding, setAdding] = useState(artifact !== null);
  const [search, setSearch] = useState("");
  const [, navigate] = useLocation();
  const wanted = search.toLowerCase();
  const shown = functions.data?.filter((one) =>
    [one.name, one.path, one.className].some((text) => text.toLowerCase().includes(wanted)),
  );
  const now = new Map(overview.data?.functions.map((one) => [one.name, one]));
  const names = texts.functions.columns;
  return (
    <Page
      title={texts.functions.title}
      actions={
        <button type="button" class="primary" onClick={() => setAdding(true)}>
          {texts.functions.add}
        </button>
      }
    >
      {functions.error && <ErrorBox error={functions.error} retry={functions.reload} />}
      {!functions.data && !functions.error && <Loading />}
      {functions.data?.length === 0 && (
        <Empty title={texts.functions.none}>
          <p>{texts.functions.noneHint}</p>
          <Link class="button" href="/artifacts">
            {texts.nav.artifacts}
          </Link>
        </Empty>
      )}
      {functions.data && functions.data.length > 0 && (
        <>
          <input
            type="search"
            aria-label={texts.functions.search}
            placeholder={texts.functions.search}
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
          {shown?.length === 0 && <p class="quiet">{texts.functions.noFit}</p>}
          <div class="table-box">
            <table class="cards">
              <thead>
                <tr>
                  {[
                    names.name,
                    names.lang,
                    names.path,
                    names.className,
                    names.context,
                    names.now,
                  ].map((label) => (
                    <th key={label} scope="col">
                      {label}
                    </th>
                  ))}
                  <th>
                    <span class="visually-hidden">{texts.functions.run}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {shown?.map((one) => (
                  <Row key={one.name} info={one} now={now.get(one.name)} />
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      {adding && (
        <FunctionForm
          {...(artifact !== null && { artifact })}
          onClose={() => setAdding(false)}
          onSaved={(saved) => navigate(`/functions/${encodeURIComponent(saved.name)}`)}
        />
      )}
    </Page>
  );
}

function Row(props: {
  info: FunctionInfo;
  now: { queued: number; running: number } | undefined;
}): JSX.Element {
  const { info, now } = props;
  const names = texts.functions.columns;
  const target = `/functions/${encodeURIComponent(info.name)}`;
  return (
    <tr>
      <td>
        <Link href={target}>
          <Text value={info.name} most={80} />
        </Link>
      </td>
      <td data-label={names.lang}>{info.lang}</td>
      <td data-label={names.path}>
        <Text value={info.path} most={60} />
      </td>
      <td data-label={names.className}>
        <Text value={info.className} most={60} class="mono" />
      </td>
      <td data-label={names.context}>
        <Link href={`/contexts/${encodeURIComponent(info.defaultContext)}`}>
          <Text value={info.defaultContext} most={40} />
        </Link>
      </td>
      <td data-label={names.now}>
        {now && (
          <Link href={jobsOfFunction(info.name)}>
            {texts.functions.now(now.running, now.queued)}
          </Link>
        )}
      </td>
      <td>
        <Link
          class="button small"
          href={`${target}/run`}
          aria-label={`${texts.functions.run} ${info.name}`}
        >
          {texts.functions.run}
        </Link>
      </td>
    </tr>
  );
}

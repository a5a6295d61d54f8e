// The frame of all pages, and which page an address means.
import { effect } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect, useErrorBoundary, useState } from "preact/hooks";
import { Redirect, Route, Router, Switch, useLocation } from "wouter-preact";

import { allJobs } from "./api/events";
import { get } from "./api/client";
import type { MistStatus } from "./api/types";
import { Empty, ErrorBox, Loading, Page } from "./components/basics";
import { Toasts } from "./components/toasts";
import { Choice } from "./components/fields";
import { Link } from "./components/link";
import { BASE, partOfAddress } from "./state/address";
import { theme, THEMES, TIME_STYLES, timeStyle } from "./state/preferences";
import { useResource } from "./state/resource";
import { useTask } from "./state/task";
import { texts } from "./texts";

type Loader<P> = () => Promise<{ default: ComponentType<P> }>;

// A page's code comes with its first visit. preact's own `lazy` needs preact/compat.
function later<P extends object>(load: Loader<P>): ComponentType<P> {
  let known: ComponentType<P> | undefined;
  return function Later(props: P): JSX.Element {
    const [loaded, setLoaded] = useState(() => known);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (!loaded)
        load().then(
          (module) => setLoaded(() => (known = module.default)),
          () => setFailed(true),
        );
    }, [loaded]);
    if (failed) return <NotLoaded />;
    if (!loaded) return <Loading />;
    const Loaded = loaded;
    return <Loaded {...props} />;
  };
}

// Opens the address anew, but only when the master answers: else the browser's own error would stand here. Asking for the
// code alone is not enough: its styles are asked for once, and a newer master has both under other names.
function NotLoaded(): JSX.Element {
  const task = useTask();
  const retry = () =>
    task.run(async () => {
      await get<MistStatus>("/status");
      location.reload();
    });
  useEffect(() => {
    let wasLost = false;
    return effect(() => {
      const connection = allJobs.connection.value;
      if (connection === "lost") wasLost = true;
      else if (connection === "open" && wasLost) location.reload();
    });
  }, []);
  return <ErrorBox error={texts.errors.noAnswer} retry={retry} />;
}

const Overview = later(() => import("./pages/overview/overview_page"));
const Jobs = later(() => import("./pages/jobs/jobs_page"));
const Job = later<{ id: string }>(() => import("./pages/job/job_page"));
const JobLog = later<{ id: string }>(() => import("./pages/log/log_page"));
const Functions = later(() => import("./pages/functions/functions_page"));
const Function = later<{ name: string }>(() => import("./pages/functions/function_page"));
const Run = later<{ name: string }>(() => import("./pages/run/run_page"));
const Contexts = later(() => import("./pages/contexts/contexts_page"));
const Context = later<{ name: string }>(() => import("./pages/contexts/context_page"));
const Workers = later(() => import("./pages/workers/workers_page"));
const Worker = later<{ id: string }>(() => import("./pages/workers/worker_page"));
const Artifacts = later(() => import("./pages/artifacts/artifacts_page"));

const PAGES = [
  ["/overview", texts.nav.overview],
  ["/jobs", texts.nav.jobs],
  ["/functions", texts.nav.functions],
  ["/contexts", texts.nav.contexts],
  ["/workers", texts.nav.workers],
  ["/artifacts", texts.nav.artifacts],
] as const;

export function App(): JSX.Element {
  return (
    <Router base={BASE}>
      <a class="skip" href="#contents">
        {texts.nav.skip}
      </a>
      <div class="shell">
        <Side />
        <main id="contents" tabIndex={-1}>
          <Caught>
            <Pages />
          </Caught>
        </main>
      </div>
      <Toasts />
    </Router>
  );
}

// Old addresses of Mist 1.1 lead to what stands there now: jobs/overview, jobs/{function}, jobs/{function}/{jobId}.
function Pages(): JSX.Element {
  return (
    <Switch>
      <Route path="/">
        <Redirect to="/overview" replace />
      </Route>
      <Route path="/overview">
        <Overview />
      </Route>
      <Route path="/jobs">
        <Jobs />
      </Route>
      <Route path="/jobs/overview">
        <Redirect to="/jobs" replace />
      </Route>
      <Route path="/jobs/:id">
        {named((id) =>
          isJobId(id) ? <Job id={id} key={id} /> : <Redirect to={jobsOf(id)} replace />,
        )}
      </Route>
      <Route path="/jobs/:id/log">
        {named((id) => (
          <JobLog id={id} key={id} />
        ))}
      </Route>
      <Route path="/jobs/:function/:id">
        {() => <Redirect to={`/jobs/${encodeURIComponent(partOfAddress(2))}`} replace />}
      </Route>
      <Route path="/functions">
        <Functions />
      </Route>
      <Route path="/functions/:name">
        {named((name) => (
          <Function name={name} key={name} />
        ))}
      </Route>
      <Route path="/functions/:name/run">
        {named((name) => (
          <Run name={name} key={name} />
        ))}
      </Route>
      <Route path="/contexts">
        <Contexts />
      </Route>
      <Route path="/contexts/:name">
        {named((name) => (
          <Context name={name} key={name} />
        ))}
      </Route>
      <Route path="/workers">
        <Workers />
      </Route>
      <Route path="/workers/:id">
        {named((id) => (
          <Worker id={id} key={id} />
        ))}
      </Route>
      <Route path="/artifacts">
        <Artifacts />
      </Route>
      <Route>
        <Page title={texts.shell.notFound}>
          <Empty title={texts.shell.notFound}>
            <p>{texts.shell.notFoundHint}</p>
          </Empty>
        </Page>
      </Route>
    </Switch>
  );
}

// The page of what the address names after its first part.
function named(page: (name: string) => JSX.Element): () => JSX.Element {
  return () => page(partOfAddress(1));
}

function isJobId(id: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
}

function jobsOf(functionName: string): string {
  return `/jobs?q=${encodeURIComponent(`function:${functionName}`)}`;
}

function Side(): JSX.Element {
  const [location] = useLocation();
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [location]);
  return (
    <div class={open ? "side open" : "side"}>
      <div class="side-top">
        <Link class="brand" href="/">
          <img src="/ui/mist.svg" width="24" height="24" alt="" /> Mist
        </Link>
        <button
          type="button"
          class="menu-button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {texts.nav.menu}
        </button>
      </div>
      <nav aria-label={texts.nav.label}>
        {PAGES.map(([to, label]) => (
          <Link key={to} href={to} aria-current={location.startsWith(to) ? "page" : undefined}>
            {label}
          </Link>
        ))}
        <a href="/docs/">{texts.nav.docs}</a>
      </nav>
      <SideFoot />
    </div>
  );
}

function SideFoot(): JSX.Element {
  const status = useResource((signal) => get<MistStatus>("/status", undefined, signal), "status");
  const connection = allJobs.connection.value;
  // Kept open on every page, so that the frame can tell whether the master is there.
  useEffect(() => allJobs.listen(() => {}), []);
  const label = {
    open: texts.shell.live,
    connecting: texts.shell.connecting,
    lost: texts.shell.lost,
  }[connection];
  return (
    <div class="side-foot">
      <span class={`connection ${connection}`} role="status">
        {label}
      </span>
      <label>
        <span class="quiet">{texts.shell.theme.label}</span>
        <Choice of={theme} values={THEMES} names={texts.shell.theme} />
      </label>
      <label>
        <span class="quiet">{texts.shell.time.label}</span>
        <Choice of={timeStyle} values={TIME_STYLES} names={texts.shell.time} />
      </label>
      {status.data && (
        <span class="quiet">
          {texts.shell.version(status.data.mistVersion, status.data.sparkVersion)}
        </span>
      )}
    </div>
  );
}

// A bug of one page leaves the others usable.
function Caught(props: { children: JSX.Element }): JSX.Element {
  const [location] = useLocation();
  const [error, reset] = useErrorBoundary((problem: unknown) => console.error(problem));
  useEffect(() => reset(), [location]);
  if (error) return <ErrorBox title={texts.shell.crashed} error={error} retry={reset} />;
  return props.children;
}

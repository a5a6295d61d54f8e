// The small parts that every page is made of.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { ApiError } from "../api/client";
import type { JobState } from "../api/types";
import { Link } from "./link";
import { now } from "../state/clock";
import { ago, duration, localTime, moment, oneLine, utcTime } from "../state/formats";
import { timeStyle } from "../state/preferences";
import { texts } from "../texts";

// A page: its one heading, what can be done here, and its contents. Sets the window's title.
export function Page(props: {
  title: string;
  heading?: ComponentChildren; // instead of the title
  actions?: ComponentChildren;
  back?: { to: string; label: string };
  children: ComponentChildren;
}): JSX.Element {
  useEffect(() => {
    document.title = `${oneLine(props.title, 60)} · Mist`;
  }, [props.title]);
  return (
    <>
      <header class="page-head">
        <div class="page-title">
          {props.back && (
            <Link class="back" href={props.back.to}>
              <span aria-hidden="true">‹</span> <Text value={props.back.label} most={60} />
            </Link>
          )}
          <h1>{props.heading ?? <Text value={props.title} />}</h1>
        </div>
        {props.actions && <div class="actions">{props.actions}</div>}
      </header>
      {props.children}
    </>
  );
}

// Somebody else's text on one line: isolated, so that it cannot turn what stands around it.
export function Text(props: { value: string; most?: number; class?: string }): JSX.Element {
  const most = props.most ?? 200;
  return (
    <bdi class={props.class} title={props.value.length > most ? undefined : oneLine(props.value)}>
      {oneLine(props.value, most)}
    </bdi>
  );
}

export function StateBadge(props: { state: JobState }): JSX.Element {
  return <span class={`badge state-${props.state}`}>{texts.states[props.state]}</span>;
}

// A moment, as the reader wants times; the others on hover.
export function Time(props: { ms: number | undefined }): JSX.Element {
  if (props.ms === undefined) return <span class="quiet">{texts.none}</span>;
  const shown =
    timeStyle.value === "relative" ? ago(now.value - props.ms) : moment(props.ms, timeStyle.value);
  return (
    <time
      dateTime={new Date(props.ms).toISOString()}
      title={`${localTime(props.ms)} · ${utcTime(props.ms)}`}
    >
      {shown}
    </time>
  );
}

// From one moment to another, or until now.
export function Lasts(props: { from: number | undefined; to: number | undefined }): JSX.Element {
  if (props.from === undefined) return <span class="quiet">{texts.none}</span>;
  return <span class="number">{duration((props.to ?? now.value) - props.from)}</span>;
}

export function ErrorBox(props: {
  error: unknown;
  retry?: () => void;
  title?: string;
}): JSX.Element {
  const message = props.error instanceof Error ? props.error.message : String(props.error);
  const status = props.error instanceof ApiError ? props.error.status : 0;
  return (
    <div class="box error" role="alert">
      <strong>{props.title ?? texts.errors.title}</strong>
      <p class="pre">{message}</p>
      {status > 0 && <p class="quiet">{texts.errors.answered(status)}</p>}
      {props.retry && (
        <button type="button" onClick={props.retry}>
          {texts.actions.retry}
        </button>
      )}
    </div>
  );
}

// Instead of an empty list: what would be here, and what to do next.
export function Empty(props: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <h2>{props.title}</h2>
      {props.children}
    </div>
  );
}

// The whole page of something that is not there.
export function NotFound(props: {
  title: string;
  hint: string;
  back: { to: string; label: string };
}): JSX.Element {
  return (
    <Page title={props.title} back={props.back}>
      <Empty title={props.title}>
        <p>{props.hint}</p>
      </Empty>
    </Page>
  );
}

export function Loading(): JSX.Element {
  return (
    <p class="quiet loading" role="status">
      {texts.loading}
    </p>
  );
}

export function CopyButton(props: { text: string; label?: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    await copyText(props.text);
    setCopied(true);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setCopied(false), 1500);
  };
  return (
    <button type="button" class="small" onClick={copy} aria-live="polite">
      {copied ? texts.actions.copied : (props.label ?? texts.actions.copy)}
    </button>
  );
}

// The clipboard of a page that did not come over https is closed to the newer way.
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

export function downloadText(name: string, text: string, type = "text/plain"): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

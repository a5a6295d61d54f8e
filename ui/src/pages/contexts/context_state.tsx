import type { JSX } from "preact";

import type { ContextConfig } from "../../api/types";
import { texts } from "../../texts";

export function ContextState(props: { context: ContextConfig }): JSX.Element {
  const failed = props.context.failedStarts;
  if (!failed) return <span class="badge is-good">{texts.contexts.ok}</span>;
  return failed.broken ? (
    <span class="badge is-bad">{texts.contexts.broken}</span>
  ) : (
    <span class="badge is-wait">{texts.contexts.failing}</span>
  );
}

// What the keys of a page do.
import type { JSX } from "preact";

import { texts } from "../texts";
import { Dialog } from "./dialog";

export function KeyHelp(props: {
  keys: readonly (readonly [string, string])[];
  onClose: () => void;
}): JSX.Element {
  return (
    <Dialog title={texts.keys.title} onClose={props.onClose}>
      <dl class="facts">
        {props.keys.map(([key, what]) => (
          <>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </>
        ))}
      </dl>
    </Dialog>
  );
}

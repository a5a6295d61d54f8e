// Dialogs are the browser's own <dialog>: it keeps the focus inside, closes on Escape and gives the focus back.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

import { useTask } from "../state/task";
import { texts } from "../texts";
import { ErrorBox } from "./basics";

export function Dialog(props: {
  title: string;
  onClose: () => void;
  wide?: boolean;
  children: ComponentChildren;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={props.wide ? "wide" : ""}
      aria-labelledby={heading}
      onClose={props.onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <div class="dialog-body">
        <header>
          <h2 id={heading}>{props.title}</h2>
          <button
            type="button"
            class="plain"
            aria-label={texts.actions.close}
            onClick={() => dialog.current?.close()}
          >
            ✕
          </button>
        </header>
        {props.children}
      </div>
    </dialog>
  );
}

// Asks before something that cannot be taken back. `work` is done while the dialog is open: what goes wrong is shown in it.
export function Confirm(props: {
  title: string;
  action: string;
  work: () => Promise<void>;
  onClose: () => void;
  children: ComponentChildren;
}): JSX.Element {
  const task = useTask();
  const act = async () => {
    if (await task.run(props.work)) props.onClose();
  };
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <div>{props.children}</div>
      {task.error !== undefined && <ErrorBox error={task.error} />}
      <footer class="actions">
        <button type="button" onClick={props.onClose}>
          {texts.actions.keep}
        </button>
        <button type="button" class="danger" disabled={task.busy} onClick={act}>
          {task.busy ? texts.busy : props.action}
        </button>
      </footer>
    </Dialog>
  );
}

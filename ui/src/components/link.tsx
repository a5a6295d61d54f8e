// Links to other pages of the UI: plain ones, which one listener for the whole page follows without loading it anew. (The
// router's own links subscribe to the address one by one, and what a list has dropped would stay in memory.)
import type { JSX } from "preact";
import { navigate } from "wouter-preact/use-browser-location";

import { BASE } from "../state/address";

// `href` without the base: "/jobs".
export function Link(props: JSX.HTMLAttributes<HTMLAnchorElement> & { href: string }): JSX.Element {
  return <a {...props} href={BASE + props.href} />;
}

// Once, when the app starts.
export function followLinks(): void {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target || link.hasAttribute("download")) return;
    if (link.origin !== location.origin || !link.pathname.startsWith(`${BASE}/`)) return;
    if (link.hash && link.pathname === location.pathname) return; // within the page
    event.preventDefault();
    navigate(link.pathname + link.search + link.hash);
  });
}

import type { JSX } from "preact";

import { Page } from "../../components/basics";

export default function Stub(_: { id?: string; name?: string }): JSX.Element {
  return <Page title="log_page"> </Page>;
}

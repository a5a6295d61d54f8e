import { render } from "preact";

import { App } from "./app";
import { followLinks } from "./components/link";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/components.css";

followLinks();
render(<App />, document.getElementById("app")!);

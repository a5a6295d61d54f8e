import preact from "@preact/preset-vite";
import { defineConfig } from "vitest/config";

// Where `npm run dev` finds a master.
const master = process.env["MIST_MASTER_URL"] ?? "http://127.0.0.1:2004";

export default defineConfig({
  base: "/ui/",
  plugins: [preact({ prefreshEnabled: false })],
  build: {
    outDir: "../build/ui",
    emptyOutDir: true,
    target: "es2022",
    sourcemap: false,
    // The page's rules (Content-Security-Policy) take nothing that stands inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/v2": master, "/docs": master } },
  test: { environment: "happy-dom", include: ["tests/**/*.test.{ts,tsx}"] },
});

import { html } from "../base/html.js";

/** Drawn for this page, on a grid of 20. */
const PATHS = {
  overview: "M3 16.5V12m4.7 4.5V6.5m4.6 10V9.5m4.7 7v-13",
  queries: "M3.5 5h13M3.5 10h13M3.5 15h8",
  upstreams: "M10 16.5v-13m0 0L5.5 8M10 3.5 14.500 8M4 16.500h12",
  lists: "M10 2.8 16 5v4.500c0 3.700-2.500 6.300-6 7.700-3.500-1.400-6-4-6-7.700V5zM7.500 10l1.800 1.800 3.400-3.600",
  explain:
    "M7.300 7.200a2.800 2.800 0 1 1 4.200 2.500c-.9.5-1.500 1.100-1.500 2.100m0 3v.1M17.500 10a7.500 7.500 0 1 1-15 0 7.500 7.500 0 0 1 15 0",
  settings: "M3 6h8m4 0h2M3 14h2m4 0h8M13 3.800v4.400M7 11.800v4.400",
  search: "M9 14.500a5.500 5.500 0 1 0 0-11 5.500 5.500 0 0 0 0 11m4-1.500 4 4",
  pause: "M7 5v10m6-10v10",
  play: "M6.500 4.500v11l9-5.500z",
  refresh: "M16 10a6 6 0 1 1-1.800-4.300M16.500 3v3.500H13",
  download: "M10 3v9m0 0 3.500-3.500M10 12 6.500 8.500M4 16.500h12",
  close: "M5 5l10 10M15 5 5 15",
  theme: "M10 3a7 7 0 1 0 7 7 5.500 5.500 0 0 1-7-7",
  leave: "M8 4H4.500v12H8m4-9 3.500 3-3.500 3m3-3H8",
  keys: "M2.500 5.500h15v9h-15zM5.500 8.500h.1m3 0h.1m3 0h.1m3 0h.1M6.500 11.700h7",
  good: "M4.500 10.500 8.300 14.300 15.500 6.500",
  bad: "M10 3.200 17.500 16.200h-15zM10 8.200v3.600m0 2.200v.1",
  right: "M8 5l5 5-5 5",
  left: "M12 5l-5 5 5 5",
};

/** @param {{ name: keyof typeof PATHS, size?: number }} properties */
export function Icon({ name, size = 18 }) {
  return html`
    <svg class="icon" width=${size} height=${size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d=${PATHS[name]} />
    </svg>
  `;
}

import type { Part } from "../part.ts";
import { toldOutside } from "../told.ts";

/** Numbers and traces for a collector of OpenTelemetry. */
export const OTLP: Part = {
  name: "otlp",
  settings: (config) => {
    const { otlpEndpoint, otlpHeadersFile, serverId } = config;
    return otlpEndpoint === null ? null : { otlpEndpoint, otlpHeadersFile, serverId, told: toldOutside(config) };
  },
  load: async () => (await import("./send_otlp.ts")).sendOtlp,
};

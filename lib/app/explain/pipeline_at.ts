import { inSteps } from "../../base/time/in_steps.ts";
import type { FullConfig } from "../../config/config.ts";
import { Log } from "../../observe/log.ts";
import { PASSING_INSPECTIONS } from "../../resolver/inspections.ts";
import { type BuiltPipeline, pipelineInSteps } from "../build_pipeline.ts";
import { ListsNow } from "../lists_now.ts";
import type { Resources } from "../resources.ts";

/**
 * The pipeline of a configuration as it would be at another moment, on top of what there is now. Clients go by what counts now, also
 * while an answer that is asked for in it is waited for.
 */
export async function pipelineAt(
  epochSeconds: number,
  config: FullConfig,
  resources: Resources,
): Promise<BuiltPipeline> {
  const { timetable, runtime } = resources;
  const listsNow = new ListsNow();
  listsNow.useNames(resources.listsNow.reader);
  listsNow.useRules(timetable.inForceAt(epochSeconds));
  // What is wrong with the configuration was told when it was followed.
  const log = new Log({ level: "error", writeLine: () => {} });
  const steps = pipelineInSteps(config, { ...resources, listsNow, inspections: PASSING_INSPECTIONS, log });
  return (await inSteps(steps, runtime.timers))!;
}

import { Log } from "../../lib/observe/log.ts";
import { Race } from "../../lib/upstream/group/race.ts";
import { USUAL_RULE } from "../../lib/upstream/group/answer_rule.ts";
import type { RaceGroup } from "../../lib/upstream/group/race_group.ts";
import { endpointAt } from "../../lib/upstream/endpoint.ts";
import type { Request } from "../../lib/upstream/request.ts";
import { TRAITS } from "../../lib/upstream/transport.ts";
import { Upstream } from "../../lib/upstream/upstream.ts";
import { scriptedRandom } from "./fake_random.ts";
import { udp } from "./fake_socket.ts";
import { fakeDeadlines, type FakeTime } from "./fake_time.ts";
import { FakeTransport, type Habit, UNSENDABLE } from "./fake_transport.ts";
import { requestFor } from "./upstream_rig.ts";

/** An upstream with a habit over UDP, and another one over TCP; it is 192.0.2.`number`. */
export function habitualUpstream(
  { time, deadlines }: { time: FakeTime; deadlines: ReturnType<typeof fakeDeadlines>["deadlines"] },
  { number = 1, udpHabit, tcpHabit = UNSENDABLE }: { number?: number; udpHabit: Habit; tcpHabit?: Habit },
) {
  const lines: string[] = [];
  const datagram = new FakeTransport(time, udpHabit);
  const stream = new FakeTransport(time, tcpHabit, TRAITS.tcp);
  const upstream = new Upstream({
    name: `192.0.2.${number}:53`,
    key: `192.0.2.${number}:53`,
    endpoint: endpointAt(udp(`192.0.2.${number}`, 53)),
    transport: datagram,
    fallback: stream,
    deadlines,
    clock: time,
    random: scriptedRandom(),
    log: new Log({ level: "info", writeLine: (line) => void lines.push(line) }),
  });
  return { upstream, datagram, stream, lines };
}

/** Upstreams with habits, and races between them; `mayHedge` is asked as long as it is not changed. */
export function raceRig(...habits: readonly Habit[]) {
  const { time, deadlines } = fakeDeadlines();
  const servers = habits.map((udpHabit, i) => habitualUpstream({ time, deadlines }, { number: i + 1, udpHabit }));
  const order = servers.map(({ upstream }) => upstream);
  const race = (request: Request = requestFor("example.org", time.nowMs()), startCount = 1, mayHedge = () => true) => {
    const group: RaceGroup = {
      rule: USUAL_RULE,
      restartCount: 0,
      mayHedge,
      mayListen: () => false,
      ended: () => {},
      listened: () => {},
      failed: () => {},
    };
    const lateListener = null;
    const race = new Race({ request, order, startCount, group, lateListener, clock: time, deadlines });
    return { request, result: race.run() };
  };
  return { time, deadlines, servers, race };
}

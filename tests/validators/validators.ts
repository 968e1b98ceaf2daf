import { RCODE, rcodeToText, typeToText } from "../../lib/wire/iana.ts";
import type { Message, ResourceRecord } from "../../lib/wire/message.ts";
import { nameToText } from "../../lib/wire/name.ts";
import { rdataToText } from "../../lib/wire/text/rdata_text.ts";
import { RunningServer, type Startable } from "../../bench/common/running_server.ts";
import { ask } from "./asking.ts";
import { delv } from "./delv.ts";
import { anchorOfBind } from "./sign_tree.ts";
import { unboundBasics } from "./tree_servers.ts";
import type { Behind, Question, Validator, Verdict } from "./validator.ts";

type CommandLine = (behind: Behind) => Startable["commandLine"];

/** Each answers from an empty cache, and proves nothing by what other questions have taught it. */
export const VALIDATORS: readonly Validator[] = [
  {
    name: "unbound",
    executable: "unbound",
    debianPackage: "unbound",
    isJudge: true,
    passesCd: true,
    start: server("unbound", ({ upstream, channel, anchor }) => ({ listen, folder }) => ({
      args: ["-d", "-c", `${folder}/unbound.conf`],
      files: {
        "anchor.key": `${anchor.dnskey}\n`,
        "unbound.conf": `${unboundBasics(listen, folder)}
server:
  module-config: "validator iterator"
  trust-anchor-file: "${folder}/anchor.key"
  tcp-upstream: ${channel === "tcp" ? "yes" : "no"}
  # It would ask again after a bogus answer, from a name server that it does not have.
  val-max-restart: 0
forward-zone:
  name: "."
  forward-addr: ${upstream.hostname}@${upstream.port}
`,
      },
    })),
  },
  {
    name: "bind",
    executable: "named",
    debianPackage: "bind9",
    isJudge: true,
    passesCd: true,
    start: server("bind", ({ upstream, channel, anchor }) => ({ listen, folder }) => ({
      args: ["-f", "-n", "1", "-c", `${folder}/named.conf`],
      files: {
        "named.conf": `
options {
  directory "${folder}";
  pid-file none;
  session-keyfile "${folder}/session.key";
  lock-file none;
  listen-on port ${listen.port} { ${listen.hostname}; };
  listen-on-v6 { none; };
  query-source address 127.0.0.1;
  recursion yes;
  forward only;
  forwarders { ${upstream.hostname} port ${upstream.port}; };
  dnssec-validation yes;
  synth-from-dnssec no;
  servfail-ttl 0;
  empty-zones-enable no;
  trust-anchor-telemetry no;
};
server 127.0.0.1 { tcp-only ${channel === "tcp" ? "yes" : "no"}; };
trust-anchors { . static-key ${anchorOfBind(anchor)}; };
controls { };
logging { channel errors { stderr; severity error; }; category default { errors; }; };
`,
      },
    })),
  },
  {
    name: "dnsmasq",
    executable: "dnsmasq",
    debianPackage: "dnsmasq-base",
    // It takes DNAMEs and some wildcards for forged, and what opts out for secure.
    isJudge: false,
    passesCd: true,
    // It asks over the channel that it is asked over.
    start: server("dnsmasq", ({ upstream, anchor }) => ({ listen }) => ({
      args: [
        "--keep-in-foreground",
        "--conf-file=/dev/null",
        "--pid-file=",
        "--log-facility=-",
        "--user=",
        "--no-resolv",
        "--no-hosts",
        "--bind-interfaces",
        "--cache-size=10000",
        "--dnssec",
        `--trust-anchor=.,${anchor.ds.replace(/^(\d+) (\d+) (\d+) /, "$1,$2,$3,").replaceAll(" ", "")}`,
        `--listen-address=${listen.hostname}`,
        `--port=${listen.port}`,
        `--server=${upstream.hostname}#${upstream.port}`,
      ],
    })),
  },
  {
    name: "delv",
    executable: "delv",
    debianPackage: "bind9-dnsutils",
    // It takes denials that opt out for secure.
    isJudge: false,
    passesCd: false,
    start: delv,
  },
];

function server(name: string, commandLine: CommandLine): Validator["start"] {
  return async (executable, behind) => {
    const running = await RunningServer.start({ name, executable, commandLine: commandLine(behind) });
    return {
      judge: async (question) => toVerdict(await ask(running.address, question, behind.channel), question),
      [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
    };
  };
}

function toVerdict(reply: Message | null, { checkingDisabled = false }: Question): Verdict {
  if (reply === null) return { status: "none", answer: "no reply" };
  const { rcode, isAuthenticData, answers } = reply;
  const answer = [rcodeToText(rcode), ...answers.map(recordToText).sort()].join("\n");
  if (rcode === RCODE.SERVFAIL) return { status: "bogus", answer };
  // RFC 4035 §3.2.3: AD says that all of the answer is authentic. What came with CD was not checked for this client.
  return { status: isAuthenticData && !checkingDisabled ? "secure" : "insecure", answer };
}

function recordToText({ name, type, rdata }: ResourceRecord): string {
  // How an owner is spelt is up to each cache on the way.
  return `${nameToText(name).toLowerCase()} ${typeToText(type)} ${rdataToText(type, rdata)}`;
}

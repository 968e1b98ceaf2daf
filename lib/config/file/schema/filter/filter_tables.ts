import type { DomainPattern } from "../../../domain_pattern.ts";
import type { AnswersConfig, BlockAnswer, BlockConfig, ListConfig } from "../../../lists.ts";

/** `[lists.X]` */
export interface FileList {
  /** As they are written: addresses of the web, or paths. */
  readonly "sources"?: readonly string[];
  /** See `ListConfig`. */
  readonly "names"?: readonly string[];
  /** See `ListConfig`. */
  readonly "format"?: ListConfig["format"];
  /** See `ListConfig.coversBelow`. */
  readonly "subdomains"?: boolean;
  /** QTYPEs. */
  readonly "types"?: readonly number[];
  /** In milliseconds. */
  readonly "refresh"?: number;
  /** In octets. */
  readonly "max-size"?: number;
  /** A share of 1. */
  readonly "max-errors"?: number;
  /** See `ListConfig`. */
  readonly "min-names"?: number;
  /** A share of 1. */
  readonly "max-shrink"?: number;
  /** See `ListConfig`. */
  readonly "important"?: boolean;
  /** See `BlockAnswer`. */
  readonly "answer"?: BlockAnswer;
  /** See `ListConfig`. */
  readonly "reason"?: ListConfig["reason"];
  /** An upstream group. */
  readonly "via"?: string;
  /** Where the secret stands, as it is written. */
  readonly "token"?: FileSecret;
}

/** What nobody else may know: it stands in a file of its own. */
export interface FileSecret {
  /** As it is written. */
  readonly file: string;
}

/** A window of `[schedules.X]`, or one of several. */
export interface FileSchedule {
  /** 0 is Sunday. */
  readonly "days"?: readonly number[];
  /** See `ScheduleWindow`. */
  readonly "times"?: readonly FileTimes[];
  /** See `ScheduleWindow`. */
  readonly "time-zone"?: string;
}

/** A part of a day. */
export interface FileTimes {
  /** See `ScheduleWindow`. */
  readonly fromMinute: number;
  /** See `ScheduleWindow`. */
  readonly toMinute: number;
}

/** What a client group blocks or allows. */
export interface FileBlockRule {
  /** See `BlockRule`. */
  readonly lists: readonly string[] | "*";
  /** See `BlockRule`. */
  readonly schedule?: string;
  /** See `BlockRule`. */
  readonly except?: readonly string[];
}

/** `[block]` */
export interface FileBlock {
  /** See `BlockAnswer`. */
  readonly "answer"?: BlockAnswer;
  /** In seconds. */
  readonly "ttl"?: number;
  /** See `BlockConfig`. */
  readonly "explain"?: BlockConfig["explain"];
  /** See `BlockConfig`. */
  readonly "check-answers"?: boolean;
}

/** `[answers]` */
export interface FileAnswers {
  /** See `AnswersConfig`. */
  readonly "rebinding-protection"?: boolean;
  /** See `AnswersConfig`. */
  readonly "private-names"?: readonly DomainPattern[];
  /** QTYPEs. */
  readonly "drop-types"?: AnswersConfig["dropTypes"];
  /** See `AnswersConfig.isFlat`. */
  readonly "flatten"?: boolean;
}

/** `[dns64]` */
export interface FileDns64 {
  /** See `Dns64Config`. */
  readonly "prefix"?: string;
  /** See `Dns64Config`. */
  readonly "exclude"?: readonly string[];
  /** Names of client groups. */
  readonly "clients"?: readonly string[];
}

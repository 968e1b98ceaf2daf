/** What a client is called. Plain data. */
export interface ClientName {
  /** In lower case; empty where nobody knows. */
  readonly name: string;
  /** What says so, for people: `hosts file /etc/hosts`; empty where nobody knows. */
  readonly from: string;
}

/** Nobody knows. */
export const NO_CLIENT_NAME: ClientName = { name: "", from: "" };

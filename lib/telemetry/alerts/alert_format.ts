/** Forms in which alerts are sent: by what the URL looks like, an object each, or as Alertmanager's API (v2) takes them. */
export const ALERT_FORMATS = ["auto", "json", "alertmanager"] as const;

/** See `ALERT_FORMATS`. */
export type AlertFormat = typeof ALERT_FORMATS[number];

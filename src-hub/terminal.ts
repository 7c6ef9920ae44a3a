/** Where a command speaks: results to `out`, complaints to `complain`. */
export type Terminal = { readonly out: (line: string) => void; readonly complain: (line: string) => void };

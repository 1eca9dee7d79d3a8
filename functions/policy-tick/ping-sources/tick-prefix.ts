/** The Trigger `tick` takes the pings of all sources whose name begins so. */
export const tickPrefix = 'tick-';

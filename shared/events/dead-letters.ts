/** The ConfigMap in which events lie that no function accepted; `policy-tick` alone writes it. */
export const deadLettersName = 'soteria-dead-letters';

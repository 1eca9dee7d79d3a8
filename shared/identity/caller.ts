/** Who asks, after `authenticate`. */
export interface Caller {
  /** `system:serviceaccount:ns:name`, a proxy user, or `anonymous`. */
  readonly user: string;
  readonly groups: readonly string[];
  /** How we know: a TokenReview, a signature with the shared secret, the proxy before the console, a sign-in at the console, or not at all. */
  readonly proof: 'token' | 'signature' | 'proxy' | 'session' | 'none';
}
